# expect: weighted-loss inverted-pos-weight
# expect: weighted-loss wrong-reduction
import torch.nn as nn


def make_loss(train_labels):
    n_pos = train_labels.sum()
    n_neg = len(train_labels) - n_pos
    return nn.BCEWithLogitsLoss(pos_weight=n_pos / n_neg, reduction="sum")
