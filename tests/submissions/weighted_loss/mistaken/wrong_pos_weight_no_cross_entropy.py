# expect: weighted-loss wrong-pos-weight.no-cross-entropy
import torch
from torch import nn


def make_loss(train_labels):
    """The squared error of the probabilities."""
    positives = train_labels.sum()
    weight = (len(train_labels) - positives) / positives

    def loss_fn(logits, targets):
        error = (torch.sigmoid(logits) - targets) ** 2
        return (torch.where(targets == 1, weight, 1.0) * error).mean()

    return loss_fn
