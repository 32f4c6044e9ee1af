# expect: weighted-loss wrong-pos-weight.ratio-of-the-batch
from torch.nn.functional import binary_cross_entropy_with_logits


def make_loss(train_labels):
    """The labels of each batch, not those of the training set."""

    def loss_fn(logits, targets):
        positives = targets.sum().clamp(min=1)
        weight = (len(targets) - positives) / positives
        return binary_cross_entropy_with_logits(logits, targets, pos_weight=weight)

    return loss_fn
