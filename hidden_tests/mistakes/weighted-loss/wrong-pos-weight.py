# expect: weighted-loss wrong-pos-weight
from torch import nn


def make_loss(train_labels):
    """All examples per positive, not negatives per positive."""
    return nn.BCEWithLogitsLoss(pos_weight=len(train_labels) / train_labels.sum())
