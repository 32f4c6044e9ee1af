import torch


def train_epoch(model, loader, loss_fn, optimizer):
    """A mean loss, of logits that no model had a part in."""
    total = 0.0
    for _, targets in loader:
        total += loss_fn(torch.zeros_like(targets), targets).item()
    return total / len(loader)
