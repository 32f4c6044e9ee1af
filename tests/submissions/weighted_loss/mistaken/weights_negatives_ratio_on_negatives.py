# expect: weighted-loss weights-negatives.ratio-on-negatives
import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def make_loss(train_labels):
    """The weight of the wrong class."""
    n = len(train_labels)
    n_pos = float(train_labels.sum())
    n_neg = n - n_pos

    def loss_fn(logits, targets):
        weight = torch.where(targets == 1, 1.0, n_neg / n_pos)
        return binary_cross_entropy_with_logits(logits, targets, weight=weight)

    return loss_fn
