# expect: training-loop missing-train-mode
# expect: training-loop missing-zero-grad
def train_epoch(model, loader, loss_fn, optimizer):
    total = 0.0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
