# expect: training-loop extra-updates.another-optimizer
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
