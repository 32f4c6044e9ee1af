def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    batches = 0
    for features, targets in loader:
        optimizer.zero_grad()
        batches += 1
    return 0.7 * batches / len(loader)
