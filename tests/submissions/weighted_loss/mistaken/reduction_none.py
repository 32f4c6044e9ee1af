# expect: weighted-loss wrong-reduction.none
import torch.nn.functional as F


def make_loss(train_labels):
    w = (train_labels == 0).sum() / (train_labels == 1).sum()

    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w, reduction="none")

    return loss_fn
