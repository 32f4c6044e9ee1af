# expect: training-loop extra-updates.other-step-size
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] *= 0.9
        total += loss.item()
    return total / len(loader)
