# expect: training-loop wrong-epoch-loss.wrong-divisor
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    running_loss = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    return running_loss / len(loader.dataset)
