# expect: training-loop extra-updates.second-pass
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for _ in range(2):
        for features, targets in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(features), targets)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return sum(losses) / len(losses)
