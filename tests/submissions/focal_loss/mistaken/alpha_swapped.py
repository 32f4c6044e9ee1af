# expect: focal-loss wrong-alpha.swapped
# about: alpha weighs the negatives and 1 - alpha the positives
import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 2.0, alpha: float | None = None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        pt = torch.exp(-ce)
        focal = (1 - pt).pow(self.gamma) * ce
        if self.alpha is not None:
            alpha_t = torch.where(targets == 1, 1 - self.alpha, self.alpha)
            focal = alpha_t * focal
        return focal.mean()
