# expect: weighted-loss wrong-signature
import torch
import torch.nn as nn


def make_loss(n_neg, n_pos):
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor(n_neg / n_pos))
