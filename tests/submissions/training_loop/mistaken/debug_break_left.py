# expect: training-loop partial-epoch
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for i, (features, targets) in enumerate(loader):
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if i == 1:  # quick check
            break
    return sum(losses) / len(losses)
