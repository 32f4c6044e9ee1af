# expect: training-loop extra-updates
# expect: training-loop loss-keeps-graph
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.step()
        total = total + loss
    return total / len(loader)
