import torch
import torch.nn.functional as F
from torch import nn


class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        if gamma < 0:
            raise ValueError("gamma must not be negative")
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def _term(self, margin: torch.Tensor) -> torch.Tensor:
        """Sum of the focal terms of examples whose margin (logit towards the truth) is given."""
        return (torch.sigmoid(-margin) ** self.gamma * F.softplus(-margin)).sum()

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        positive = targets.bool()
        a, b = (1.0, 1.0) if self.alpha is None else (self.alpha, 1 - self.alpha)
        total = a * self._term(logits[positive]) + b * self._term(-logits[~positive])
        return total / logits.numel()
