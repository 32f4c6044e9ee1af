import torch
from torch import nn


def make_loss(train_labels):
    match torch.unique(train_labels, return_counts=True):
        case values, counts if len(values) == 2:
            w = counts[0] / counts[1]
        case _:
            w = torch.tensor(1.0)  # a single class: nothing to weigh
    return nn.BCEWithLogitsLoss(pos_weight=w)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    it = iter(loader)
    total, count = 0.0, 0
    while True:
        match next(it, None):
            case None:
                return total / count
            case [x, y]:
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                loss.backward()
                optimizer.step()
                total += loss.item()
                count += 1


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = fp = fn = tn = 0
    with torch.no_grad():
        for x, y in loader:
            for pair in zip((model(x).sigmoid() >= threshold).tolist(), (y == 1).tolist()):
                match pair:
                    case (True, True):
                        tp += 1
                    case (True, False):
                        fp += 1
                    case (False, True):
                        fn += 1
                    case _:
                        tn += 1
    match (tp + fp, tp + fn):
        case (0, _) | (_, 0):
            return {"precision": 0.0, "recall": 0.0, "f1": 0.0}
        case (a, b):
            return {"precision": tp / a, "recall": tp / b, "f1": 2 * tp / (a + b)}
