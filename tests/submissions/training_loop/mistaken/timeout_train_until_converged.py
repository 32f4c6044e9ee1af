# expect: training-loop timeout
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    mean = float("inf")
    while mean > 1e-9:
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        mean = total / len(loader)
    return mean
