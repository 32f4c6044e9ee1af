# expect: weighted-loss import-error.missing-package
from helpers import make_weighted_loss


def make_loss(train_labels):
    return make_weighted_loss(train_labels)
