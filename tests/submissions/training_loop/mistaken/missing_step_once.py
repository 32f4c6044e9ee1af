# expect: training-loop missing-step.once
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    total = 0.0
    for features, targets in loader:
        loss = loss_fn(model(features), targets)
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total / len(loader)
