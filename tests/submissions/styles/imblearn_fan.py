import numpy as np
import torch
import torch.nn.functional as F
from imblearn.metrics import classification_report_imbalanced, geometric_mean_score
from sklearn.metrics import precision_recall_fscore_support
from sklearn.utils.class_weight import compute_sample_weight


def make_loss(train_labels):
    y = train_labels.numpy().astype(np.int64)
    sw = compute_sample_weight("balanced", y)
    ratio = torch.tensor(sw[y == 1][0] / sw[y == 0][0], dtype=torch.float32)

    def criterion(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=ratio)

    return criterion


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    epoch_losses = []
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        epoch_losses.append(loss.item())
    return float(np.mean(epoch_losses))


def evaluate(model, loader, threshold=0.5):
    model.eval()
    probs, truth = [], []
    with torch.no_grad():
        for features, targets in loader:
            probs.append(torch.sigmoid(model(features)).numpy())
            truth.append(targets.numpy())
    truth = np.concatenate(truth).astype(int)
    pred = (np.concatenate(probs) >= threshold).astype(int)
    p, r, f, s = precision_recall_fscore_support(truth, pred, labels=[0, 1], zero_division=0)
    return {"precision": p[1], "recall": r[1], "f1": f[1], "gmean": float(np.sqrt(r[0] * r[1]))}
