# expect: evaluation undefined-metric-crash
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
    tp, pp, ap = torch.zeros(3)
    with torch.no_grad():
        for x, y in loader:
            hat = (model(x).sigmoid() >= threshold).float()
            tp = tp + (hat * y).sum()
            pp = pp + hat.sum()
            ap = ap + y.sum()
    precision, recall = tp / pp, tp / ap
    f1 = 2 * precision * recall / (precision + recall)
    return {"precision": precision.item(), "recall": recall.item(), "f1": f1.item()}
