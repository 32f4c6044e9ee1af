# expect: training-loop extra-updates.other-step-size
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.01 * p.grad
        total += loss.item()
    return total / len(loader)
