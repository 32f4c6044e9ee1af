# expect: evaluation wrong-average
# expect: evaluation missing-eval-mode
from sklearn.metrics import precision_recall_fscore_support
import numpy as np
import torch


def make_loss(train_labels):
    counts = np.bincount(train_labels.numpy().astype(int), minlength=2)
    return torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(counts[0] / counts[1], dtype=torch.float32))


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


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    true, pred = [], []
    for x, y in loader:
        pred += (torch.sigmoid(model(x)) >= threshold).int().tolist()
        true += y.int().tolist()
    p, r, f, _ = precision_recall_fscore_support(true, pred, average="macro", zero_division=0)
    return {"precision": p, "recall": r, "f1": f}
