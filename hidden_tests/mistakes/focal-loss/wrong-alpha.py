# expect: focal-loss wrong-alpha
import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        signed = torch.where(targets == 1, logits, -logits)
        loss = -torch.exp(self.gamma * F.logsigmoid(-signed)) * F.logsigmoid(signed)
        if self.alpha is not None:
            loss = ((1 - self.alpha) * targets + self.alpha * (1 - targets)) * loss
        return loss.mean()
