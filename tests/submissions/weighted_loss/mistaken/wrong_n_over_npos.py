# expect: weighted-loss wrong-pos-weight.n-over-n-pos
import torch.nn as nn


def make_loss(train_labels):
    n_pos = train_labels.sum()
    pos_weight = len(train_labels) / n_pos
    return nn.BCEWithLogitsLoss(pos_weight=pos_weight)
