# expect: training-loop wrong-epoch-loss
# expect: evaluation not-implemented
from torch import nn
import torch


class WeightedBCE(nn.Module):
    def __init__(self, ratio):
        super().__init__()
        self.ratio = ratio

    def forward(self, logits, targets):
        w = torch.where(targets == 1, self.ratio, 1.0)
        return nn.functional.binary_cross_entropy_with_logits(logits, targets, weight=w)


def make_loss(train_labels):
    return WeightedBCE(float((train_labels == 0).sum() / (train_labels == 1).sum()))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


def evaluate(model, loader, threshold=0.5):
    raise NotImplementedError
