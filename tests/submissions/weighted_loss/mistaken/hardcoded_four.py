# expect: weighted-loss hardcoded-pos-weight
import torch
import torch.nn as nn


def make_loss(train_labels):
    # 80 % negative / 20 % positive = 4
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor([4.0]))
