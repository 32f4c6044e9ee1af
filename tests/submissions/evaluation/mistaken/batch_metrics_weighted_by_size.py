# expect: evaluation averages-batches
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


def evaluate(model, loader, threshold=0.5):
    model.eval()
    acc = torch.zeros(3)
    n = 0
    with torch.no_grad():
        for x, y in loader:
            hat = (torch.sigmoid(model(x)) >= threshold).float()
            tp = (hat * y).sum()
            p = tp / hat.sum().clamp(min=1)
            r = tp / y.sum().clamp(min=1)
            f = 2 * tp / (hat.sum() + y.sum()).clamp(min=1)
            acc += torch.stack([p, r, f]) * len(y)
            n += len(y)
    p, r, f = (acc / n).tolist()
    return {"precision": p, "recall": r, "f1": f}
