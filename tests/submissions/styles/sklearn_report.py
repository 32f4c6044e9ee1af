import warnings

import torch
import torch.nn.functional as F
from sklearn.metrics import classification_report
from sklearn.exceptions import UndefinedMetricWarning


def make_loss(train_labels):
    counts = torch.bincount(train_labels.long(), minlength=2).float()
    pos_weight = counts[0] / counts[1]

    def weighted_bce(logits, targets):
        weight = torch.where(targets == 1, pos_weight, torch.ones_like(targets))
        return F.binary_cross_entropy_with_logits(logits, targets, weight=weight)

    return weighted_bce


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    n, tot = 0, 0
    for x, y in loader:
        for p in model.parameters():
            p.grad = None
        loss = loss_fn(model.forward(x), y)
        loss.backward()
        optimizer.step()
        tot += float(loss) * y.shape[0]
        n += y.shape[0]
    return tot / n


def evaluate(model, loader, threshold=0.5):
    model.eval()
    preds, labels = [], []
    with torch.inference_mode():
        for x, y in loader:
            preds += (model(x).sigmoid() >= threshold).int().tolist()
            labels += y.int().tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        report = classification_report(labels, preds, labels=[0, 1], output_dict=True)
    pos = report["1"]
    return {"precision": pos["precision"], "recall": pos["recall"], "f1": pos["f1-score"], **{"support": pos["support"]}}
