# expect: training-loop extra-updates.another-optimizer
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    total = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
