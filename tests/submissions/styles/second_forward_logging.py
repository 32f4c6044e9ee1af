import torch
from torch import nn

history = {"loss": [], "after": []}


def make_loss(train_labels):
    positive = float((train_labels == 1).sum())
    negative = float((train_labels == 0).sum())
    return nn.BCEWithLogitsLoss(pos_weight=torch.as_tensor(negative / positive))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    history["loss"].append(sum(losses) / len(losses))
    return history["loss"][-1]


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp, fp, fn = 0, 0, 0
    lo, hi = float("inf"), float("-inf")
    with torch.no_grad():
        for features, targets in loader:
            lo = min(lo, model(features).min().item())  # for the log
            hi = max(hi, model(features).max().item())
            pred = torch.sigmoid(model(features)).ge(threshold)
            true = targets.bool()
            tp += pred.logical_and(true).sum().item()
            fp += pred.logical_and(true.logical_not()).sum().item()
            fn += pred.logical_not().logical_and(true).sum().item()
    print("logits between", lo, "and", hi)
    precision = 0.0 if tp == 0 else tp / (tp + fp)
    recall = 0.0 if tp == 0 else tp / (tp + fn)
    f1 = 0.0 if tp == 0 else 2 / (1 / precision + 1 / recall)
    return {"precision": precision, "recall": recall, "f1": f1}
