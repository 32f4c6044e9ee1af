# expect: training-loop wrong-epoch-loss.nothing-returned
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(total / len(loader))
