# expect: focal-loss wrong-focusing
# about: the minus sign is missing: the loss is negative
import torch
from torch import nn
from torch.nn.functional import logsigmoid


class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        s = torch.where(targets > 0.5, logits, -logits)
        loss = torch.sigmoid(-s) ** self.gamma * logsigmoid(s)
        if self.alpha is not None:
            loss = loss * torch.where(targets > 0.5, self.alpha, 1 - self.alpha)
        return loss.mean()
