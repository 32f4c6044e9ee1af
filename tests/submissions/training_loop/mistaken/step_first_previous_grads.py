# expect: training-loop step-before-backward
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for features, targets in loader:
        optimizer.step()
        logits = model(features)
        loss = loss_fn(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
    return sum(losses) / len(losses)
