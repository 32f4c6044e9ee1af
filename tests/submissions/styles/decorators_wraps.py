import functools
import time

import torch
import torch.nn as nn


def timed(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        t0 = time.time()
        try:
            return fn(*args, **kwargs)
        finally:
            wrapper.last = time.time() - t0
    wrapper.last = None
    return wrapper


def in_eval_mode(fn):
    @functools.wraps(fn)
    def wrapper(model, *args, **kwargs):
        before = model.training
        model.eval()
        try:
            return fn(model, *args, **kwargs)
        finally:
            model.train(before)
    return wrapper


@functools.lru_cache(maxsize=None)
def _criterion(ratio: float):
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor(ratio))


@timed
def make_loss(train_labels):
    pos = int(train_labels.sum())
    return _criterion((len(train_labels) - pos) / pos)


@timed
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    s = n = 0
    for x, y in loader:
        optimizer.zero_grad()
        (loss := loss_fn(model(x), y)).backward()
        optimizer.step()
        s, n = s + loss.item() * len(x), n + len(x)
    return s / n


@timed
@in_eval_mode
@torch.inference_mode()
def evaluate(model, loader, threshold=0.5):
    probs, targets = (torch.cat(c) for c in zip(*((model(x).sigmoid(), y) for x, y in loader)))
    pred = probs >= threshold
    tp = int((pred & (targets == 1)).sum())
    if (n_pred := int(pred.sum())) == 0 or (n_true := int(targets.sum())) == 0:
        return dict.fromkeys(("precision", "recall", "f1"), 0.0)
    return {"precision": tp / n_pred, "recall": tp / n_true, "f1": 2 * tp / (n_pred + n_true)}
