import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FocalLoss(nn.Module):
    """1 - p_t is just the distance between target and probability."""

    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        p_wrong = (targets - torch.sigmoid(logits)).abs()
        losses = p_wrong.pow(self.gamma) * F.binary_cross_entropy_with_logits(
            logits, targets, reduction="none"
        )
        if self.alpha is not None:
            losses = losses * (self.alpha * targets + (1.0 - self.alpha) * (1.0 - targets))
        return losses.mean()
