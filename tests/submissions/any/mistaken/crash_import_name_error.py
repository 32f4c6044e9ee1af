# expect: any crash | import-error
# whole: the module cannot be imported
from sklearn.metrics import precision_recall_fscore_support
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


DEVICE = torch.device("cuda" if torch.cuda.is_availible() else "cpu")


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
    probs, labels = [], []
    with torch.no_grad():
        for xb, yb in loader:
            probs.append(torch.sigmoid(model(xb)).numpy())
            labels.append(yb.numpy())
    probs, labels = np.concatenate(probs), np.concatenate(labels)
    p, r, f, _ = precision_recall_fscore_support(labels, probs >= threshold, average="binary", zero_division=0)
    return dict(precision=p, recall=r, f1=f)
