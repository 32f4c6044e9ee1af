# expect: weighted-loss not-implemented
import torch.nn as nn


def make_loss(train_labels):
    n_pos = train_labels.sum()
    n_neg = len(train_labels) - n_pos
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=n_neg / n_pos)
