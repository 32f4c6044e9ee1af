# expect: training-loop missing-step.some-batches
def train_epoch(model, loader, loss_fn, optimizer):
    """Accumulates the gradients of two batches for each step."""
    model.train()
    optimizer.zero_grad()
    total = 0.0
    for number, (features, targets) in enumerate(loader, start=1):
        loss = loss_fn(model(features), targets)
        (loss / 2).backward()
        if number % 2 == 0:
            optimizer.step()
            optimizer.zero_grad()
        total += loss.item()
    return total / len(loader)
