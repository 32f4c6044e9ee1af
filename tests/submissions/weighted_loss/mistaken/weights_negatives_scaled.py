# expect: weighted-loss weights-negatives.scaled
import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def make_loss(train_labels):
    """Half of everything."""
    n = len(train_labels)
    n_pos = float(train_labels.sum())
    n_neg = n - n_pos

    def loss_fn(logits, targets):
        weight = torch.where(targets == 1, 0.5 * n_neg / n_pos, 0.5)
        return binary_cross_entropy_with_logits(logits, targets, weight=weight)

    return loss_fn
