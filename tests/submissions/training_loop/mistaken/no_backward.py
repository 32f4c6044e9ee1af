# expect: training-loop missing-backward
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    running_loss = 0.0
    for inputs, labels in loader:
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = loss_fn(outputs, labels)
        optimizer.step()
        running_loss += loss.item()
    return running_loss / len(loader)
