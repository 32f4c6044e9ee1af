# expect: weighted-loss sigmoid-before-logits-loss
# expect: training-loop sigmoid-before-logits-loss
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    w = (train_labels == 0).sum() / (train_labels == 1).sum()
    return lambda logits, targets: F.binary_cross_entropy_with_logits(torch.sigmoid(logits), targets, pos_weight=w)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(torch.sigmoid(model(x)), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
