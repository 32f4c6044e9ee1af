# expect: weighted-loss bce-on-probabilities
# expect: weighted-loss unweighted-loss
import torch
import torch.nn as nn


def make_loss(train_labels):
    bce = nn.BCELoss()
    return lambda logits, targets: bce(torch.sigmoid(logits), targets)
