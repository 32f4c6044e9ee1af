# expect: weighted-loss weights-negatives
from torch import nn


def make_loss(train_labels):
    """A weight for every example instead of one for the positives."""
    positives = train_labels.sum()
    return nn.BCEWithLogitsLoss(weight=(len(train_labels) - positives) / positives)
