# expect: weighted-loss weights-negatives.balanced
import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def make_loss(train_labels):
    """As class_weight='balanced' in scikit-learn."""
    n = len(train_labels)
    n_pos = float(train_labels.sum())
    n_neg = n - n_pos

    def loss_fn(logits, targets):
        weight = torch.where(targets == 1, n / (2 * n_pos), n / (2 * n_neg))
        return binary_cross_entropy_with_logits(logits, targets, weight=weight)

    return loss_fn
