# expect: training-loop missing-step.never
def train_epoch(model, loader, loss_fn, optimizer):
    """One epoch, with one mistake."""
    model.train()
    total = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        total += loss.item()
    return total / len(loader)
