# expect: weighted-loss unweighted-loss
from torch import nn


def make_loss(train_labels):
    """The labels are ignored."""
    return nn.BCEWithLogitsLoss()
