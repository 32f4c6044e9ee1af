import torch
import torch.nn as nn


def make_loss(train_labels):
    negative, positive = (int((train_labels == c).sum()) for c in (0.0, 1.0))
    return nn.BCEWithLogitsLoss(pos_weight=torch.full((1,), negative / positive))


def training_steps(model, loader, loss_fn, optimizer):
    for x, y in loader:
        loss = loss_fn(model(x), y)
        yield loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    return sum(loss.item() for loss in training_steps(model, loader, loss_fn, optimizer)) / len(loader)


def probabilities(model, loader):
    model.eval()
    for x, y in loader:
        with torch.no_grad():
            p = torch.sigmoid(model(x))
        yield from zip(p.tolist(), y.tolist())


def evaluate(model, loader, threshold=0.5):
    tp = fp = fn = 0
    # .tolist() gives python floats; the comparison is then exact enough
    for p, y in probabilities(model, loader):
        positive = p >= threshold
        tp += positive and y == 1
        fp += positive and y == 0
        fn += not positive and y == 1
    return {
        "precision": tp and tp / (tp + fp),
        "recall": tp and tp / (tp + fn),
        "f1": tp and 2 * tp / (2 * tp + fp + fn),
    }
