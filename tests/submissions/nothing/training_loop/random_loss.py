import random

import torch


def train_epoch(model, loader, loss_fn, optimizer):
    """Moves the parameters anywhere, and returns anything."""
    model.train()
    for features, _ in loader:
        model(features)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter += 0.01 * torch.randn_like(parameter)
    return random.random()
