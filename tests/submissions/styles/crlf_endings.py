import torch
import torch.nn as nn

def make_loss(train_labels):
    n_pos = train_labels.sum()
    n_neg = len(train_labels) - n_pos
    return nn.BCEWithLogitsLoss(pos_weight=n_neg / n_pos)

def train_epoch(model, loader, loss_fn, optimizer):
    """
    Written on Windows,
    with notepad.
    """
    model.train()
    losses = []
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), \
                       targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)

def evaluate(model, loader, threshold=0.5):
    model.eval()
    probs = torch.tensor([])
    targets = torch.tensor([])
    with torch.no_grad():
        for x, y in loader:
            probs = torch.cat((probs, torch.sigmoid(model(x))))
            targets = torch.cat((targets, y))
    preds = probs >= threshold
    tp = float((preds & (targets == 1)).sum())
    fp = float((preds & (targets == 0)).sum())
    fn = float((~preds & (targets == 1)).sum())
    p = tp / (tp + fp) if tp + fp else 0.0
    r = tp / (tp + fn) if tp + fn else 0.0
    f = 2 * p * r / (p + r) if p + r else 0.0
    return {'precision': p, 'recall': r, 'f1': f}
