# expect: training-loop wrong-gradient.clipped
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), 0.001)
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
