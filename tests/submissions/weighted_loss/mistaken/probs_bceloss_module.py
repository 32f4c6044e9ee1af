# expect: weighted-loss bce-on-probabilities
from sklearn.metrics import f1_score, precision_score, recall_score
from torch import nn
import numpy as np
import torch


class BalancedLoss(nn.Module):
    def __init__(self, labels):
        super().__init__()
        self.bce = nn.BCELoss(reduction="none")
        self.sigmoid = nn.Sigmoid()
        self.w = (1 - labels).sum() / labels.sum()

    def forward(self, logits, targets):
        losses = self.bce(self.sigmoid(logits), targets)
        return (losses * (targets * self.w + (1 - targets))).mean()


def make_loss(train_labels):
    return BalancedLoss(train_labels)


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


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    y_true, y_pred = [], []
    for x, y in loader:
        y_pred += (model(x).sigmoid() >= threshold).int().tolist()
        y_true += y.int().tolist()
    return {
        "precision": precision_score(y_true, y_pred, zero_division=0),
        "recall": recall_score(y_true, y_pred, zero_division=0),
        "f1": f1_score(y_true, y_pred, zero_division=0),
    }
