# expect: any import-error
# whole: the module cannot be imported
import torch
import torch.nn.functional as F

from .metrics import precision_recall_f1


def make_loss(train_labels):
    ratio = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ratio * y * F.softplus(-z) + (1 - y) * F.softplus(z)).mean()


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
    with torch.no_grad():
        pairs = [(torch.sigmoid(model(x)) >= threshold, y == 1) for x, y in loader]
    return precision_recall_f1(pairs)
