def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    return 0.0
