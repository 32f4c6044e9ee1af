# expect: focal-loss wrong-focusing.wrong-gradient
# about: value right, but no gradient flows through (1 - p_t) ** gamma: wrong gradient for gamma > 0
import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        bce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        with torch.no_grad():
            weight = (1 - torch.exp(-bce)) ** self.gamma
            if self.alpha is not None:
                weight *= self.alpha * targets + (1 - self.alpha) * (1 - targets)
        return (weight * bce).mean()
