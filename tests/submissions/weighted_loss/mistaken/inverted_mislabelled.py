# expect: weighted-loss inverted-pos-weight
from torch import nn
import torch


def make_loss(train_labels: torch.Tensor) -> nn.Module:
    # the minority class
    positives = train_labels[train_labels == 0].numel()
    negatives = train_labels[train_labels == 1].numel()
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor(negatives / positives))
