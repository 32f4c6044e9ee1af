# expect: training-loop wrong-gradient.divided
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    mean_loss = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y) / len(loader)
        loss.backward()
        optimizer.step()
        mean_loss += loss.item()
    return mean_loss
