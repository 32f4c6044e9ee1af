# expect: evaluation accuracy-as-metric.everywhere
import torch
import torch.nn as nn


def make_loss(train_labels):
    n_pos = (train_labels == 1).sum()
    n_neg = (train_labels == 0).sum()
    return nn.BCEWithLogitsLoss(pos_weight=n_neg / n_pos)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for inputs, labels in loader:
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), labels)
            loss.backward()
            return loss
        losses.append(float(optimizer.step(closure)))
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    correct = total = 0
    with torch.no_grad():
        for x, y in loader:
            pred = (torch.sigmoid(model(x)) >= threshold).float()
            correct += (pred == y).sum().item()
            total += len(y)
    acc = correct / total
    return {"precision": acc, "recall": acc, "f1": acc}
