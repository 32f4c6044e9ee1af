# expect: focal-loss wrong-alpha.both-alike
import torch
from torch import nn
from torch.nn.functional import softplus


class FocalLoss(nn.Module):
    """Alpha for everybody."""

    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        signed = torch.where(targets == 1, logits, -logits)
        wrong = torch.sigmoid(-signed)
        if self.alpha is not None:
            weight = self.alpha
        else:
            weight = torch.ones_like(targets)
        loss = weight * (wrong ** self.gamma) * softplus(-signed)
        return loss.mean()
