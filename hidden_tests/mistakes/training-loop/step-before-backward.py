# expect: training-loop step-before-backward
def train_epoch(model, loader, loss_fn, optimizer):
    """One epoch, with one mistake."""
    model.train()
    total = 0.0
    for features, targets in loader:
        loss = loss_fn(model(features), targets)
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()
        total += loss.item()
    return total / len(loader)
