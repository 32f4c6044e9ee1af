# expect: training-loop partial-epoch.without-first
def train_epoch(model, loader, loss_fn, optimizer):
    """Takes a batch to look at its shape, and goes on from there."""
    model.train()
    batches = iter(loader)
    features, _ = next(batches)
    assert features.ndim == 2
    losses = []
    for features, targets in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
