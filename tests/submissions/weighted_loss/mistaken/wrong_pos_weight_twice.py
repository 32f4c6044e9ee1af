# expect: weighted-loss wrong-pos-weight.twice
import torch
from torch import nn


def make_loss(train_labels):
    """Positives shall count twice as much as negatives."""
    n = len(train_labels)
    n_pos = train_labels.sum()
    n_neg = n - n_pos
    return nn.BCEWithLogitsLoss(pos_weight=torch.as_tensor(2 * n_neg / n_pos))
