# expect: training-loop partial-epoch.without-last
def train_epoch(model, loader, loss_fn, optimizer):
    """Leaves out batches that are not full."""
    model.train()
    losses = []
    for features, targets in loader:
        if len(features) < loader.batch_size:
            continue
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
