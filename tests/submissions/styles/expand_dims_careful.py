import torch
from torch import nn


def make_loss(train_labels):
    y = train_labels.reshape(-1)
    pos_weight = (y.numel() - y.sum()) / y.sum()
    loss = nn.BCEWithLogitsLoss(pos_weight=pos_weight.reshape(1))
    return lambda logits, targets: loss(logits.unsqueeze(1), targets.unsqueeze(1))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = 0.0
    samples = 0
    for i, (X, y) in enumerate(loader):
        y_hat = model(X).reshape(-1)
        loss = loss_fn(y_hat, y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        bs = X.size(0)
        losses += loss.item() * bs
        samples += bs
    return losses / samples


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        chunks = [(torch.sigmoid(model(X)).reshape(-1, 1), y.reshape(-1, 1)) for X, y in loader]
    y_hat = torch.vstack([c[0] for c in chunks])
    y = torch.vstack([c[1] for c in chunks])
    pred = (y_hat >= threshold).float()
    tp = (pred * y).sum().item()
    precision = tp / pred.sum().item() if pred.sum() > 0 else 0.0
    recall = tp / y.sum().item() if y.sum() > 0 else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
