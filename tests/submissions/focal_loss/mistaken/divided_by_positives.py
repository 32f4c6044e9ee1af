# expect: focal-loss wrong-focal-reduction.number-of-positives
# about: divides the sum by the number of positives, not by the batch size
import torch
import torch.nn.functional as F
from torch import nn


class FocalLoss(nn.Module):
    """As in RetinaNet: normalised by the number of positives."""

    def __init__(self, gamma: float = 2.0, alpha: float | None = None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        z = logits * (1 - 2 * targets)
        loss = torch.sigmoid(z) ** self.gamma * F.softplus(z)
        if self.alpha is not None:
            loss = loss * torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return loss.sum() / targets.sum().clamp(min=1)
