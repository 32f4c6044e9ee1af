# expect: weighted-loss unweighted-loss
import torch
import torch.nn as nn


def make_loss(train_labels):
    # one output, so one weight
    pos_weight = torch.ones(1)
    return nn.BCEWithLogitsLoss(pos_weight=pos_weight)
