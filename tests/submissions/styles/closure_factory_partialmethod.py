from functools import partial, singledispatch
import operator

import torch
from torch.nn import functional as F


@singledispatch
def _ratio(labels):
    raise TypeError(type(labels))


@_ratio.register
def _(labels: torch.Tensor):
    return operator.truediv(labels.eq(0).sum(), labels.eq(1).sum())


def make_loss(train_labels):
    return partial(F.binary_cross_entropy_with_logits, pos_weight=_ratio(train_labels))


class Averager:
    def __init__(self):
        self.values = []

    def __lshift__(self, value):
        self.values.append(value)
        return self

    def __float__(self):
        return sum(self.values) / len(self.values)


def train_epoch(model, loader, loss_fn, optimizer):
    avg = Averager()
    model.train()
    for x, y in loader:
        optimizer.zero_grad(set_to_none=False)
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        avg << loss.item()
    return float(avg)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    no_grad = torch.no_grad()
    no_grad.__enter__()
    try:
        tp = fp = fn = 0
        for x, y in loader:
            yes, true = torch.sigmoid(model(x)) >= threshold, y == 1
            tp, fp, fn = (
                tp + int(torch.logical_and(yes, true).sum()),
                fp + int(torch.logical_and(yes, ~true).sum()),
                fn + int(torch.logical_and(~yes, true).sum()),
            )
    finally:
        no_grad.__exit__(None, None, None)
    return {
        "precision": tp / (tp + fp) if tp + fp else 0,
        "recall": tp / (tp + fn) if tp + fn else 0,
        "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0,
    }
