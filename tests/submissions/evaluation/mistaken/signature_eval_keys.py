# expect: evaluation wrong-signature
from sklearn.metrics import precision_recall_fscore_support
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    ratio = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ratio * y * F.softplus(-z) + (1 - y) * F.softplus(z)).mean()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total_loss = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    return total_loss / len(loader)


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    pairs = [(model(x).sigmoid() >= threshold, y.bool()) for x, y in loader]
    hat, true = (torch.cat(c).numpy() for c in zip(*pairs))
    p, r, f, _ = precision_recall_fscore_support(true, hat, average="binary", zero_division=0)
    return {"Precision": p, "Recall": r, "F1-Score": f}
