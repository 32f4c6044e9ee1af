# expect: focal-loss crash
# about: raises RuntimeError as soon as logits require grad: torch refuses a `weight` that requires grad (values right under no_grad)
import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FocalLoss(nn.Module):
    """BCE with per-example weights: the modulating factor is passed as `weight`."""

    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        p_wrong = (targets - torch.sigmoid(logits)).abs()
        weight = p_wrong.pow(self.gamma)
        if self.alpha is not None:
            weight = weight * (self.alpha * targets + (1.0 - self.alpha) * (1.0 - targets))
        return F.binary_cross_entropy_with_logits(logits, targets, weight=weight)
