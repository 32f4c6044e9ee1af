# expect: training-loop missing-train-mode
# expect: training-loop wrong-epoch-loss
def train_epoch(model, loader, loss_fn, optimizer):
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
    return loss.item()
