# expect: training-loop extra-updates
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        for attempt in range(2):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            if attempt == 0:
                total += loss.item()
    return total / len(loader)
