# expect: training-loop missing-train-mode
def train_epoch(model, loader, loss_fn, optimizer):
    losses = []
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.train()
    return sum(losses) / len(losses)
