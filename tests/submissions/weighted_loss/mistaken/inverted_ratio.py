# expect: weighted-loss inverted-pos-weight
import torch.nn as nn


def make_loss(train_labels):
    n_pos = (train_labels == 1).sum().float()
    n_neg = (train_labels == 0).sum().float()
    return nn.BCEWithLogitsLoss(pos_weight=n_pos / n_neg)
