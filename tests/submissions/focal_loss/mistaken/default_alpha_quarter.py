# expect: focal-loss wrong-alpha.quarter-without
# about: alpha=None is replaced by 0.25
import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = 0.25 if alpha is None else alpha

    def forward(self, logits, targets):
        ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        pt = torch.exp(-ce)
        at = torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return (at * (1 - pt) ** self.gamma * ce).mean()
