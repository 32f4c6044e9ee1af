from collections import OrderedDict, defaultdict

import torch
from torch import nn


class Scores(OrderedDict):
    def __str__(self):
        return " ".join(f"{k.title()} {v:.3f}" for k, v in self.items())


class WeightedBCEWithLogits(nn.BCEWithLogitsLoss):
    @classmethod
    def from_labels(cls, labels):
        hist = torch.histc(labels, bins=2, min=0, max=1)
        return cls(pos_weight=hist[0] / hist[1])


def make_loss(train_labels):
    return WeightedBCEWithLogits.from_labels(train_labels)


def train_epoch(model, loader, loss_fn, optimizer):
    meters = defaultdict(list)
    model.train()
    for features, targets in loader:
        optimizer.zero_grad()
        logits = model(features)
        loss = loss_fn(logits, targets)
        loss.backward()
        optimizer.step()
        meters["loss"].append(loss.item())
        meters["positive_rate"].append(logits.detach().gt(0).float().mean().item())
    return {k: sum(v) / len(v) for k, v in meters.items()}["loss"]


def evaluate(model, loader, threshold=0.5):
    counts = defaultdict(int)
    model.eval()
    with torch.no_grad():
        for features, targets in loader:
            for p, t in zip(model(features).sigmoid() >= threshold, targets.bool()):
                counts[bool(p), bool(t)] += 1
    tp, fp, fn = counts[True, True], counts[True, False], counts[False, True]
    scores = Scores()
    scores["precision"] = tp / (tp + fp) if tp + fp else 0.0
    scores["recall"] = tp / (tp + fn) if tp + fn else 0.0
    scores["f1"] = 2 * tp / (2 * tp + fp + fn) if tp else 0.0
    return scores
