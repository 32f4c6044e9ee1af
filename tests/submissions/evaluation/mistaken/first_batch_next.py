# expect: evaluation partial-evaluation.first-batch
import numpy as np
import torch
import torch.nn.functional as F


def make_loss(train_labels: torch.Tensor):
    pos = train_labels.sum().item()
    neg = train_labels.numel() - pos
    w = torch.tensor(neg / pos)

    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w)

    return loss_fn


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    batch_losses = []
    for i, (xb, yb) in enumerate(loader):
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        batch_losses.append(loss.detach().cpu().numpy())
    return float(np.mean(batch_losses))


def evaluate(model, loader, threshold=0.5):
    model.eval()
    x, y = next(iter(loader))
    with torch.no_grad():
        pred = torch.sigmoid(model(x)) >= threshold
    tp = y[pred].sum().item()
    precision = tp / pred.sum().item() if pred.any() else 0.0
    recall = tp / y.sum().item() if y.any() else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
