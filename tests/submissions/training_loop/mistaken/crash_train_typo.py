# expect: training-loop crash
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total_loss = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    return totalloss / len(loader)
