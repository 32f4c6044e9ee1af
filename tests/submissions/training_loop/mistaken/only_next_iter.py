# expect: training-loop partial-epoch.first-batch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    features, targets = next(iter(loader))
    optimizer.zero_grad()
    loss = loss_fn(model(features), targets)
    loss.backward()
    optimizer.step()
    return loss.item()
