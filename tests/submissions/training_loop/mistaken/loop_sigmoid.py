# expect: training-loop sigmoid-before-logits-loss
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        probs = torch.sigmoid(model(x))
        loss = loss_fn(probs, y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
