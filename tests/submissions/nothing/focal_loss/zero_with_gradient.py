from torch import nn


class FocalLoss(nn.Module):
    """Always the same loss, with a gradient of zeros."""

    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()

    def forward(self, logits, targets):
        return 0 * logits.sum()
