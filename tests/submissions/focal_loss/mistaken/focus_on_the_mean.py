# expect: focal-loss wrong-focusing
# about: takes the mean of the cross-entropy before the modulating factor, which must be per example (right with gamma=0 and alpha=None)
import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        weight = None
        if self.alpha is not None:
            weight = self.alpha * targets + (1 - self.alpha) * (1 - targets)
        bce = F.binary_cross_entropy_with_logits(logits, targets)
        pt = torch.exp(-bce)
        loss = (1 - pt) ** self.gamma * bce
        return loss if weight is None else (weight * loss).mean()
