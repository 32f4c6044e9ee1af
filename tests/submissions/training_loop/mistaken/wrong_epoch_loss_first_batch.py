# expect: training-loop wrong-epoch-loss.first-batch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses[0]
