# expect: training-loop loss-keeps-graph
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    history = []
    for features, targets in loader:
        loss = loss_fn(model(features), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss)
    return torch.stack(history).mean()
