# expect: weighted-loss wrong-pos-weight.balanced
import torch
from torch import nn


def make_loss(train_labels):
    """The balanced weight, of the positives alone."""
    n = len(train_labels)
    n_pos = train_labels.sum()
    n_neg = n - n_pos
    return nn.BCEWithLogitsLoss(pos_weight=torch.as_tensor(n / (2 * n_pos)))
