# expect: evaluation undefined-metric-crash
from statistics import harmonic_mean

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


def _fit_batch(model, batch, loss_fn, optimizer):
    x, y = batch
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = [_fit_batch(model, batch, loss_fn, optimizer) for batch in loader]
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        rs = [(torch.sigmoid(model(x)) >= threshold, y == 1) for x, y in loader]
    hat, y = (torch.cat(c) for c in zip(*rs))
    tp = (hat & y).sum().item()
    precision = tp / hat.sum().item() if hat.any() else 0.0
    recall = tp / y.sum().item() if y.any() else 0.0
    return {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}
