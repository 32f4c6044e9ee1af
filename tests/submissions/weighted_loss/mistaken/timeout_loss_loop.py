# expect: weighted-loss timeout
import torch
import torch.nn as nn


def make_loss(train_labels):
    n_pos = 0
    i = 0
    while i < len(train_labels):
        if train_labels[i] == 1:
            n_pos += 1
            i += 1
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor((len(train_labels) - n_pos) / n_pos))
