# expect: weighted-loss inverted-pos-weight
from torch import nn


def make_loss(train_labels):
    """Positives over negatives."""
    positives = train_labels.sum()
    return nn.BCEWithLogitsLoss(pos_weight=positives / (len(train_labels) - positives))
