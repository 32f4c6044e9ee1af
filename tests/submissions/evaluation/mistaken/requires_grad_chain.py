# expect: evaluation side-effects
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
    total_loss = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    return total_loss / len(loader)


@torch.inference_mode()
def evaluate(model, loader, threshold=0.5):
    model.eval().requires_grad_(False)
    tp = fp = fn = 0
    for x, y in loader:
        yes, true = model(x).sigmoid() >= threshold, y == 1
        tp += int((yes & true).sum())
        fp += int((yes & ~true).sum())
        fn += int((~yes & true).sum())
    return {
        "precision": tp / (tp + fp) if tp + fp else 0.0,
        "recall": tp / (tp + fn) if tp + fn else 0.0,
        "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0,
    }
