# expect: evaluation accuracy-as-metric | wrong-average
from sklearn.metrics import precision_recall_fscore_support
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
    hat, true = [], []
    with torch.no_grad():
        for x, y in loader:
            hat += (torch.sigmoid(model(x)) >= threshold).int().tolist()
            true += y.int().tolist()
    p, r, f, _ = precision_recall_fscore_support(true, hat, average="micro", zero_division=0)
    return {"precision": p, "recall": r, "f1": f}
