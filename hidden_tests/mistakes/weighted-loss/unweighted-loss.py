# expect: weighted-loss unweighted-loss
from torch import nn


def make_loss(train_labels):
    """The labels are not looked at."""
    return nn.BCEWithLogitsLoss()
