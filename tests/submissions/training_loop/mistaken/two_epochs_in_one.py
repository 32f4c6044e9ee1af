# expect: training-loop extra-updates.second-pass
EPOCHS = 2


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    for epoch in range(EPOCHS):
        losses = []
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return sum(losses) / len(losses)
