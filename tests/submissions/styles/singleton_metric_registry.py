import torch
from torch import nn

METRICS = {}


def metric(name):
    def register(fn):
        METRICS[name] = fn
        return fn
    return register


@metric("precision")
def _precision(tp, fp, fn, tn):
    return tp / (tp + fp)


@metric("recall")
def _recall(tp, fp, fn, tn):
    return tp / (tp + fn)


@metric("f1")
def _f1(tp, fp, fn, tn):
    return 2 * tp / (2 * tp + fp + fn)


@metric("accuracy")
def _accuracy(tp, fp, fn, tn):
    return (tp + tn) / (tp + fp + fn + tn)


@metric("specificity")
def _specificity(tp, fp, fn, tn):
    return tn / (tn + fp)


def make_loss(train_labels):
    weight = torch.tensor(_class_ratio(train_labels))
    return nn.BCEWithLogitsLoss(pos_weight=weight)


def _class_ratio(labels):
    pos = labels.sum().item()
    return (labels.numel() - pos) / pos if pos else 1.0


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total, count = 0.0, 0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total += loss.item() * targets.size(0)
        count += targets.size(0)
    return total / count


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = fp = fn = tn = 0
    with torch.no_grad():
        for features, targets in loader:
            p = model(features).sigmoid() >= threshold
            t = targets >= 0.5
            tp += (p & t).sum().item()
            fp += (p & ~t).sum().item()
            fn += (~p & t).sum().item()
            tn += (~p & ~t).sum().item()
    out = {}
    for name, fn_ in METRICS.items():
        try:
            out[name] = fn_(tp, fp, fn, tn)
        except ZeroDivisionError:
            out[name] = 0.0
    return out
