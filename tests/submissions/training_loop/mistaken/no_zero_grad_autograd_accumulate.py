# expect: training-loop missing-zero-grad
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    params = list(model.parameters())
    total, n = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        for p, g in zip(params, torch.autograd.grad(loss, params)):
            p.grad = g if p.grad is None else p.grad + g
        optimizer.step()
        total += loss.item() * len(y)
        n += len(y)
    return total / n
