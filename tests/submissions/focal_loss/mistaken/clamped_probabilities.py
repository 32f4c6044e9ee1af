# expect: focal-loss unstable-focal-loss
# about: probabilities clamped to [1e-7, 1 - 1e-7]: the loss stops near 16 and its gradient is 0 for badly wrong logits
import torch
from torch import nn

EPS = 1e-7


class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        p = torch.sigmoid(logits).clamp(EPS, 1 - EPS)
        pos = (1 - p).pow(self.gamma) * targets * p.log()
        neg = p.pow(self.gamma) * (1 - targets) * (1 - p).log()
        if self.alpha is not None:
            pos, neg = self.alpha * pos, (1 - self.alpha) * neg
        return -(pos + neg).mean()
