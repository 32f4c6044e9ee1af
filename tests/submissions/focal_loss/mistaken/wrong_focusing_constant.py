# expect: focal-loss wrong-focusing.constant
from torch import nn


class FocalLoss(nn.Module):
    """The mean of the logits, whatever the targets are."""

    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()

    def forward(self, logits, targets):
        return logits.mean()
