#!/usr/bin/env python3
"""Exercise: imbalanced binary classification."""

__author__ = "A. Candidate"
__version__ = "1.0.0"
__all__ = ("make_loss", "train_epoch", "evaluate")

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def make_loss(train_labels):
    """Return BCE with logits where positives count n_neg / n_pos times."""
    n_pos = train_labels.sum()
    n_neg = (1 - train_labels).sum()
    return nn.BCEWithLogitsLoss(pos_weight=n_neg / n_pos)


def train_epoch(model, loader, loss_fn, optimizer):
    """Train for one pass; return mean loss."""
    model.train()
    running = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        running += loss.item()
    return running / len(loader)


def evaluate(model, loader, threshold=0.5):
    """Return precision, recall and f1 of the positive class."""
    model.eval()
    stats = torch.zeros(3)
    with torch.no_grad():
        for features, targets in loader:
            p = (torch.sigmoid(model(features)) >= threshold).float()
            stats += torch.stack([(p * targets).sum(), p.sum(), targets.sum()])
    tp, pred, true = stats.tolist()
    precision = tp / pred if pred else 0.0
    recall = tp / true if true else 0.0
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if tp else 0.0,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=5)
    args = parser.parse_args()
    torch.manual_seed(0)
    x = torch.randn(1000, 10)
    y = (x[:, 0] + 0.5 * torch.randn(1000) > 1).float()
    loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1), nn.Flatten(0))
    loss_fn = make_loss(y)
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(args.epochs):
        print(f"Epoch {epoch} | loss {train_epoch(model, loader, loss_fn, opt):.4f}")
    print(evaluate(model, loader))


if __name__ == "__main__":
    main()
