# expect: focal-loss wrong-focusing
# about: cross-entropy with logits is given probabilities: sigmoid applied twice
import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        probs = torch.sigmoid(logits)
        bce = F.binary_cross_entropy_with_logits(probs, targets, reduction="none")
        p_t = torch.where(targets == 1, probs, 1 - probs)
        loss = (1 - p_t) ** self.gamma * bce
        if self.alpha is not None:
            loss = loss * torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return loss.mean()
