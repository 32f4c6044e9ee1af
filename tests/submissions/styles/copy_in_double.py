import copy

import torch


def make_loss(train_labels):
    positives = train_labels.sum()
    return torch.nn.BCEWithLogitsLoss(pos_weight=(len(train_labels) - positives) / positives)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        logits = model(features.double().float())
        loss = loss_fn(logits.double(), targets.double())
        loss.backward()
        optimizer.step()
        total += float(loss)
    return total / len(loader)


def evaluate(model, loader, threshold=0.5):
    """Everything in double precision, on a copy that is thrown away."""
    judge = copy.deepcopy(model).double().eval()
    for parameter in judge.parameters():
        parameter.requires_grad_(False)
    with torch.inference_mode():
        pairs = [(judge(x.double()), y.double()) for x, y in loader]
    z, y = (torch.cat(parts) for parts in zip(*pairs))
    p = torch.sigmoid(z) >= threshold
    tp = float((p & (y == 1)).sum())
    pp, ap = float(p.sum()), float(y.sum())
    pr, rc = tp / pp if pp else 0.0, tp / ap if ap else 0.0
    return {"precision": pr, "recall": rc, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
