# expect: evaluation not-implemented
# whole: evaluate is missing
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
    """Train for one epoch and return the mean loss per sample."""
    model.train()
    running, n = 0.0, 0
    for x, y in loader:
        optimizer.zero_grad(set_to_none=True)
        logits = model(x)
        loss = loss_fn(logits, y)
        loss.backward()
        optimizer.step()
        running += loss.item() * x.size(0)
        n += x.size(0)
    return running / n


def main():
    print("see the notebook for the evaluation")
