# expect: focal-loss unstable-focal-loss
# about: exp(gamma * log(1 - p_t)) is nan where 1 - p_t rounds to 0: the value with gamma=0, the gradient with every gamma
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
        # 1 - p_t rounds to 0 for easy examples, and 0 * log(0) is nan
        modulator = torch.exp(self.gamma * torch.log(1 - torch.exp(-ce)))
        loss = modulator * ce
        if self.alpha is not None:
            loss = loss * torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return loss.mean()
