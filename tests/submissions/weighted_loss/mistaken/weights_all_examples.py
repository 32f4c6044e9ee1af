# expect: weighted-loss weights-negatives.ratio-on-both
import torch.nn as nn


def make_loss(train_labels):
    ratio = (train_labels == 0).sum() / (train_labels == 1).sum()
    return nn.BCEWithLogitsLoss(weight=ratio)
