# expect: weighted-loss wrong-pos-weight.logarithm
import torch
from torch import nn


def make_loss(train_labels):
    """A much milder weight."""
    n = len(train_labels)
    n_pos = train_labels.sum()
    n_neg = n - n_pos
    return nn.BCEWithLogitsLoss(pos_weight=torch.as_tensor(torch.log(n_neg / n_pos)))
