# expect: evaluation trains-while-evaluating
from torch import nn
import torch
import torch.nn.functional as F


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
    total_loss = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    return total_loss / len(loader)


def evaluate(model, loader, threshold=0.5):
    """Test-time adaptation: minimise the entropy of each batch before predicting it."""
    model.eval()
    tp = pp = ap = 0
    for x, y in loader:
        with torch.enable_grad():
            z = model(x)
            entropy = F.binary_cross_entropy_with_logits(z, torch.sigmoid(z))
            grads = torch.autograd.grad(entropy, list(model.parameters()))
        with torch.no_grad():
            for p, g in zip(model.parameters(), grads):
                p -= 0.05 * g
            hit = torch.sigmoid(model(x)) >= threshold
        tp += int(y[hit].sum())
        pp += int(hit.sum())
        ap += int(y.sum())
    return {"precision": tp / max(pp, 1), "recall": tp / max(ap, 1), "f1": 2 * tp / max(pp + ap, 1)}
