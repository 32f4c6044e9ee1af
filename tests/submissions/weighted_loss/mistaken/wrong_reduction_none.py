# expect: weighted-loss wrong-reduction.none
import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def make_loss(train_labels):
    """Not reduced."""
    positives = train_labels.sum()
    ratio = (len(train_labels) - positives) / positives

    def loss_fn(logits, targets):
        each = binary_cross_entropy_with_logits(logits, targets, pos_weight=ratio, reduction="none")
        return each

    return loss_fn
