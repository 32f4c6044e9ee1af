# expect: weighted-loss hardcoded-pos-weight
import torch
from torch import nn


def make_loss(train_labels):
    """Correct only for one positive in five."""
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor(4.0))
