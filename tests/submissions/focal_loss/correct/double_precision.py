import torch
from torch import nn


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        # float64 inside, and log(1 + e^x) the stable way
        x = logits.double()
        y = targets.double()
        z = x * (1 - 2 * y)
        ce = z.clamp(min=0) + torch.log1p(torch.exp(-z.abs()))
        weight = torch.exp(self.gamma * (z - z.clamp(min=0) - torch.log1p(torch.exp(-z.abs()))))
        if self.alpha is not None:
            weight = weight * torch.where(y == 1, self.alpha, 1 - self.alpha)
        return (weight * ce).mean().to(logits.dtype)
