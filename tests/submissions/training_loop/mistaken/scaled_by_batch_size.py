# expect: training-loop wrong-gradient
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total, n = 0.0, 0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y) * len(y)
        loss.backward()
        optimizer.step()
        total += loss.item()
        n += len(y)
    return total / n
