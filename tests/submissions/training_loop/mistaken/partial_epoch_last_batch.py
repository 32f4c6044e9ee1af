# expect: training-loop partial-epoch.last-batch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    for batch in loader:
        features, targets = batch
    optimizer.zero_grad()
    loss = loss_fn(model(features), targets)
    loss.backward()
    optimizer.step()
    return loss.item()
