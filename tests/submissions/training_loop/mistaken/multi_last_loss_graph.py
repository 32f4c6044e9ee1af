# expect: training-loop wrong-epoch-loss
# expect: training-loop loss-keeps-graph
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
    return loss
