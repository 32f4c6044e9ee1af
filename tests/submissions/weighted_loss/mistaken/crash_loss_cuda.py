# expect: weighted-loss crash
import torch.nn as nn


def make_loss(train_labels):
    n_pos = (train_labels == 1).sum()
    n_neg = (train_labels == 0).sum()
    return nn.BCEWithLogitsLoss(pos_weight=(n_neg / n_pos).cuda())
