# expect: weighted-loss wrong-pos-weight.rounded-down
from torch import nn
import torch


def make_loss(train_labels):
    n_pos = int(train_labels.sum())
    n_neg = len(train_labels) - n_pos
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor(float(n_neg // n_pos)))
