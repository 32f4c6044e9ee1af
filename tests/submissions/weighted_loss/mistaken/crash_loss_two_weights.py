# expect: weighted-loss crash
import torch
import torch.nn as nn


def make_loss(train_labels):
    n_pos = (train_labels == 1).sum().item()
    n_neg = (train_labels == 0).sum().item()
    # one weight per class
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, n_neg / n_pos]))
