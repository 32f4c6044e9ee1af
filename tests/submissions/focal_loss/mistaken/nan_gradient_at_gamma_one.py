# expect: focal-loss unstable-focal-loss
# about: value right, but (error ** 2) ** (gamma / 2) has a nan gradient at saturated right logits for gamma below 2 (gamma=1, not gamma=0)
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
        # squared error of the probability, so that the base is never negative
        error = (targets - torch.sigmoid(logits)) ** 2
        loss = error ** (self.gamma / 2) * bce
        if self.alpha is not None:
            loss = loss * torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return loss.mean()
