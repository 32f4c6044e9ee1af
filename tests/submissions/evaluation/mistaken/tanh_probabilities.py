# expect: evaluation wrong-probabilities.tanh
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    ratio = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ratio * y * F.softplus(-z) + (1 - y) * F.softplus(z)).mean()


def train_epoch(model, loader, loss_fn, optimizer):
    """Train for one epoch and return the mean loss per sample."""
    model.train()
    running, n = 0.0, 0
    for x, y in loader:
        optimizer.zero_grad(set_to_none=True)
        logits = model(x)
        loss = loss_fn(logits, y)
        loss.backward()
        optimizer.step()
        running += loss.item() * x.size(0)
        n += x.size(0)
    return running / n


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        res = [(torch.tanh(model(x)) >= threshold, y == 1) for x, y in loader]
    h, y = (torch.cat(c) for c in zip(*res))
    tp, pp, ap = int((h & y).sum()), int(h.sum()), int(y.sum())
    return {"precision": tp / max(pp, 1), "recall": tp / max(ap, 1), "f1": 2 * tp / max(pp + ap, 1)}
