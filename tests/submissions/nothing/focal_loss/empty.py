import torch
from torch import nn


class FocalLoss(nn.Module):
    """No loss."""

    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()

    def forward(self, logits, targets):
        return torch.empty(0)
