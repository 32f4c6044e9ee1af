# expect: training-loop extra-updates.moved-besides
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter *= 0.99
        total += loss.item()
    return total / len(loader)
