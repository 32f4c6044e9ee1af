# expect: training-loop wrong-epoch-loss
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    smooth = None
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        smooth = loss.item() if smooth is None else 0.9 * smooth + 0.1 * loss.item()
    return smooth
