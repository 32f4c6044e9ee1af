# expect: training-loop wrong-epoch-loss
# expect: evaluation not-implemented
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


def evaluate(model, loader, threshold=0.5):
    raise NotImplementedError
