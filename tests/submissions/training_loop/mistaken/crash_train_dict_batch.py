# expect: training-loop crash
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for batch in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(batch["features"]), batch["targets"])
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
