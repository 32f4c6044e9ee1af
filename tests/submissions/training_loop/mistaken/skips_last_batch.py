# expect: training-loop partial-epoch.without-last
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    it = iter(loader)
    total = 0.0
    steps = len(loader) - 1
    for _ in range(steps):
        x, y = next(it)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / max(steps, 1)
