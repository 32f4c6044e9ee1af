# expect: training-loop wrong-signature
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total, correct, n = 0.0, 0, 0
    for x, y in loader:
        optimizer.zero_grad()
        logits = model(x)
        loss = loss_fn(logits, y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(y)
        correct += ((logits > 0) == (y == 1)).sum().item()
        n += len(y)
    return total / n, correct / n
