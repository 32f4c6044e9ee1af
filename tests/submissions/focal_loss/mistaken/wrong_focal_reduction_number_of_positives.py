# expect: focal-loss wrong-focal-reduction.number-of-positives
import torch
from torch import nn
from torch.nn.functional import softplus


class FocalLoss(nn.Module):
    """As detectors do."""

    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        signed = torch.where(targets == 1, logits, -logits)
        wrong = torch.sigmoid(-signed)
        if self.alpha is not None:
            weight = torch.where(targets == 1, self.alpha, 1 - self.alpha)
        else:
            weight = torch.ones_like(targets)
        loss = weight * (wrong ** self.gamma) * softplus(-signed)
        return loss.sum() / targets.sum().clamp(min=1)
