# expect: weighted-loss hardcoded-pos-weight
import torch
from torch import nn


def make_loss(train_labels):
    """Right for one positive in five, and for nothing else."""
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor(4.0))
