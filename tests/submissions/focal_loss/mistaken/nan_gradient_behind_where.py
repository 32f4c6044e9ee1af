# expect: focal-loss unstable-focal-loss
# about: value right, but the overflowing branch of torch.where makes the gradient nan at large wrong logits
import torch
from torch import nn


def log1pexp(x):
    # large x: log(1 + e^x) is x
    return torch.where(x > 30, x, torch.log(1 + torch.exp(x)))


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        z = torch.where(targets == 1, -logits, logits)
        loss = torch.sigmoid(z) ** self.gamma * log1pexp(z)
        if self.alpha is not None:
            loss = loss * torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return loss.mean()
