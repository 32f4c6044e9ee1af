# expect: training-loop missing-backward | step-before-backward
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    running = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        out = model(x)
        loss = loss_fn(out, y)
        optimizer.step()
        loss.backward()
        running += loss.item()
    return running / len(loader)
