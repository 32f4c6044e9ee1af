# expect: training-loop step-before-backward
import numpy as np
import torch


def make_loss(train_labels):
    counts = np.bincount(train_labels.numpy().astype(int), minlength=2)
    return torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(counts[0] / counts[1], dtype=torch.float32))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    params = list(model.parameters())
    losses = []
    for x, y in loader:
        loss = loss_fn(model(x), y)
        grads = torch.autograd.grad(loss, params)
        optimizer.step()
        for p, g in zip(params, grads):
            p.grad = g
        losses.append(loss.item())
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = fp = fn = 0
    with torch.no_grad():
        for features, targets in loader:
            preds = torch.sigmoid(model(features)) >= threshold
            actual = targets == 1
            tp += (preds & actual).sum().item()
            fp += (preds & ~actual).sum().item()
            fn += (~preds & actual).sum().item()
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
