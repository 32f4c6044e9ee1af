import contextlib

import torch
from torch import nn


class Mode:
    """`with Mode(model, training=False):` and the model is put back afterwards."""

    def __init__(self, model, training):
        self.model, self.training = model, training

    def __enter__(self):
        self.flags = [(m, m.training) for m in self.model.modules()]
        self.model.train(self.training)
        return self.model

    def __exit__(self, *exc):
        for module, flag in self.flags:
            module.training = flag
        return False


@contextlib.contextmanager
def fresh_gradients(optimizer):
    optimizer.zero_grad()
    try:
        yield
    finally:
        optimizer.step()
        optimizer.zero_grad()


def make_loss(train_labels):
    n_pos = (train_labels > 0.5).sum()
    n_neg = (train_labels < 0.5).sum()
    return nn.BCEWithLogitsLoss(pos_weight=n_neg / n_pos).forward


def train_epoch(model, loader, loss_fn, optimizer):
    losses = []
    with Mode(model, training=True):
        for features, targets in loader:
            with fresh_gradients(optimizer):
                loss = loss_fn(model(features), targets)
                loss.backward()
            losses.append(loss.item())
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    with contextlib.ExitStack() as stack:
        stack.enter_context(Mode(model, training=False))
        stack.enter_context(torch.no_grad())
        batches = [(torch.sigmoid(model(f)) >= threshold, t == 1) for f, t in loader]
    hits = sum((p & t).sum().item() for p, t in batches)
    flagged = sum(p.sum().item() for p, _ in batches)
    positive = sum(t.sum().item() for _, t in batches)

    def ratio(a, b):
        try:
            return a / b
        except ZeroDivisionError:
            return 0.0

    return {"precision": ratio(hits, flagged), "recall": ratio(hits, positive), "f1": ratio(2 * hits, flagged + positive)}
