# expect: weighted-loss wrong-reduction.sum-of-weights
import torch.nn.functional as F


def make_loss(train_labels):
    ratio = float((train_labels == 0).sum()) / float((train_labels == 1).sum())

    def loss_fn(logits, targets):
        weight = 1 + (ratio - 1) * targets
        losses = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        return (weight * losses).sum() / weight.sum()

    return loss_fn
