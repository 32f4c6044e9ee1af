# expect: focal-loss unstable-focal-loss
# about: sigmoid and then binary_cross_entropy, which stops at 100 and loses the gradient at large logits
import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super(FocalLoss, self).__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        probs = torch.sigmoid(logits)
        bce = F.binary_cross_entropy(probs, targets, reduction="none")
        pt = probs * targets + (1 - probs) * (1 - targets)
        loss = (1 - pt) ** self.gamma * bce
        if self.alpha is not None:
            loss = (self.alpha * targets + (1 - self.alpha) * (1 - targets)) * loss
        return loss.mean()
