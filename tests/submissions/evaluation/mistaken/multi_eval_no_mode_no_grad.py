# expect: evaluation missing-eval-mode
# expect: evaluation missing-no-grad
import torch
import torch.nn.functional as F


def make_loss(train_labels: torch.Tensor):
    pos = train_labels.sum().item()
    neg = train_labels.numel() - pos
    w = torch.tensor(neg / pos)

    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w)

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


def evaluate(model, loader, threshold=0.5):
    tp = fp = fn = 0
    for x, y in loader:
        pred = torch.sigmoid(model(x)) >= threshold
        tp += (pred & (y == 1)).sum().item()
        fp += (pred & (y == 0)).sum().item()
        fn += (~pred & (y == 1)).sum().item()
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
