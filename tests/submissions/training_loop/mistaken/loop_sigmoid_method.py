# expect: training-loop sigmoid-before-logits-loss
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    s, n = 0.0, 0
    for x, y in loader:
        def closure():
            optimizer.zero_grad()
            l = loss_fn(model(x).sigmoid(), y)
            l.backward()
            return l
        s += optimizer.step(closure).item() * len(y)
        n += len(y)
    return s / n
