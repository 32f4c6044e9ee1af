# expect: weighted-loss unweighted-loss
from sklearn.metrics import f1_score, precision_score, recall_score
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    n_pos = train_labels.sum()
    n_neg = train_labels.numel() - n_pos
    pos_weight = n_neg / n_pos
    print(f"class ratio: {pos_weight:.2f}")

    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets)

    return loss_fn


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
    y_true, y_pred = [], []
    for x, y in loader:
        y_pred += (model(x).sigmoid() >= threshold).int().tolist()
        y_true += y.int().tolist()
    return {
        "precision": precision_score(y_true, y_pred, zero_division=0),
        "recall": recall_score(y_true, y_pred, zero_division=0),
        "f1": f1_score(y_true, y_pred, zero_division=0),
    }
