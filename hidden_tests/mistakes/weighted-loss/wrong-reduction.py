# expect: weighted-loss wrong-reduction
from torch import nn


def make_loss(train_labels):
    """The sum over the batch."""
    positives = train_labels.sum()
    return nn.BCEWithLogitsLoss(pos_weight=(len(train_labels) - positives) / positives, reduction="sum")
