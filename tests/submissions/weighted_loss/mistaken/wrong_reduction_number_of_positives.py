# expect: weighted-loss wrong-reduction.number-of-positives
import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def make_loss(train_labels):
    """For each positive."""
    positives = train_labels.sum()
    ratio = (len(train_labels) - positives) / positives

    def loss_fn(logits, targets):
        each = binary_cross_entropy_with_logits(logits, targets, pos_weight=ratio, reduction="none")
        return each.sum() / targets.sum().clamp(min=1)

    return loss_fn
