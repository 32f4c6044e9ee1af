# expect: focal-loss wrong-focusing.of-the-easy
# about: modulates with p_t ** gamma and not with (1 - p_t) ** gamma
import torch
import torch.nn.functional as F
from torch import nn


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        margin = (2 * targets - 1) * logits
        ce = F.softplus(-margin)
        p_t = torch.sigmoid(margin)
        loss = p_t**self.gamma * ce
        if self.alpha is not None:
            loss = loss * (self.alpha * targets + (1 - self.alpha) * (1 - targets))
        return loss.mean()
