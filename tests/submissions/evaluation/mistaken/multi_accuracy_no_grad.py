# expect: evaluation accuracy-as-metric | wrong-average
# expect: evaluation missing-no-grad
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    ratio = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ratio * y * F.softplus(-z) + (1 - y) * F.softplus(z)).mean()


def _fit_batch(model, batch, loss_fn, optimizer):
    x, y = batch
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = [_fit_batch(model, batch, loss_fn, optimizer) for batch in loader]
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    hits = n = 0
    for x, y in loader:
        hits += ((torch.sigmoid(model(x)) >= threshold) == (y == 1)).sum().item()
        n += len(y)
    return {"precision": hits / n, "recall": hits / n, "f1": hits / n}
