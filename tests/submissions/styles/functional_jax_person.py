"""Functional style: no hidden state except what torch forces on us."""
from functools import partial, reduce
from typing import NamedTuple

import torch
from torch import Tensor


class Counts(NamedTuple):
    tp: int
    fp: int
    fn: int

    def __add__(self, other):
        return Counts(*(a + b for a, b in zip(self, other)))


def _loss(w: Tensor, logits: Tensor, targets: Tensor) -> Tensor:
    # -log sigmoid(x) = softplus(-x); -log(1 - sigmoid(x)) = softplus(x)
    sp = torch.nn.functional.softplus
    return (w * targets * sp(-logits) + (1.0 - targets) * sp(logits)).mean()


def make_loss(train_labels):
    n_pos = train_labels.sum()
    return partial(_loss, (train_labels.numel() - n_pos) / n_pos)


def _update(model, loss_fn, optimizer, batch):
    x, y = batch
    params = [p for p in model.parameters() if p.requires_grad]
    value = loss_fn(model(x), y)
    for p, g in zip(params, torch.autograd.grad(value, params, allow_unused=True)):
        p.grad = g
    optimizer.step()
    for p in params:
        p.grad = None
    return value.detach()


def train_epoch(model, loader, loss_fn, optimizer):
    step = partial(_update, model.train(), loss_fn, optimizer)
    return torch.stack(list(map(step, loader))).mean().item()


def _count(model, threshold, batch):
    x, y = batch
    yhat, y = torch.sigmoid(model(x)) >= threshold, y > 0.5
    return Counts(int((yhat & y).sum()), int((yhat & ~y).sum()), int((~yhat & y).sum()))


def evaluate(model, loader, threshold=0.5):
    with torch.inference_mode():
        c = reduce(Counts.__add__, map(partial(_count, model.eval(), threshold), loader))
    div = lambda a, b: a / b if b else 0.0
    return {
        "precision": div(c.tp, c.tp + c.fp),
        "recall": div(c.tp, c.tp + c.fn),
        "f1": div(2 * c.tp, 2 * c.tp + c.fp + c.fn),
    }
