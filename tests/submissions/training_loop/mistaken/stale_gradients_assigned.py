# expect: training-loop step-before-backward
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    params = list(model.parameters())
    losses = []
    for x, y in loader:
        loss = loss_fn(model(x), y)
        grads = torch.autograd.grad(loss, params)
        optimizer.step()
        for p, g in zip(params, grads):
            p.grad = g
        losses.append(loss.item())
    return sum(losses) / len(losses)
