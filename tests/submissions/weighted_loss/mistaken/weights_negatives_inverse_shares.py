# expect: weighted-loss weights-negatives.inverse-shares
import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def make_loss(train_labels):
    """One over the share of the class."""
    n = len(train_labels)
    n_pos = float(train_labels.sum())
    n_neg = n - n_pos

    def loss_fn(logits, targets):
        weight = torch.where(targets == 1, n / n_pos, n / n_neg)
        return binary_cross_entropy_with_logits(logits, targets, weight=weight)

    return loss_fn
