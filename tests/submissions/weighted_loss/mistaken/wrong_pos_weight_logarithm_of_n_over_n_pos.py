# expect: weighted-loss wrong-pos-weight.logarithm-of-n-over-n-pos
import torch
from torch import nn


def make_loss(train_labels):
    """As an inverse document frequency."""
    n = len(train_labels)
    n_pos = train_labels.sum()
    n_neg = n - n_pos
    return nn.BCEWithLogitsLoss(pos_weight=torch.as_tensor(torch.log(n / n_pos)))
