import torch
from torch import nn


class FocalLoss(nn.Module):
    """A zero for each example."""

    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()

    def forward(self, logits, targets):
        return torch.zeros_like(logits)
