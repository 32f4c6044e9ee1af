# expect: weighted-loss wrong-pos-weight.n-pos
import torch
from torch import nn


def make_loss(train_labels):
    """Takes the count for a weight."""
    n = len(train_labels)
    n_pos = train_labels.sum()
    n_neg = n - n_pos
    return nn.BCEWithLogitsLoss(pos_weight=torch.as_tensor(n_pos))
