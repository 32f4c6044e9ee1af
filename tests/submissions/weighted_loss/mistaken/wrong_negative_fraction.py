# expect: weighted-loss wrong-pos-weight.n-neg-over-n
from torch import nn


def make_loss(train_labels):
    neg_fraction = (train_labels == 0).float().mean()
    return nn.BCEWithLogitsLoss(pos_weight=neg_fraction)
