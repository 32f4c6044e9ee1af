# expect: evaluation crash | import-error
import numpy as np
import torch


def make_loss(train_labels):
    counts = np.bincount(train_labels.numpy().astype(int), minlength=2)
    return torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor(counts[0] / counts[1], dtype=torch.float32))


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
    from torchmetric_lite import BinaryF1Score, BinaryPrecision, BinaryRecall
    metrics = {"precision": BinaryPrecision(threshold), "recall": BinaryRecall(threshold), "f1": BinaryF1Score(threshold)}
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            for m in metrics.values():
                m.update(torch.sigmoid(model(x)), y)
    return {k: m.compute() for k, m in metrics.items()}
