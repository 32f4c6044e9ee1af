# expect: focal-loss unstable-focal-loss
# about: unstable: log of a sigmoid that rounds to 0 gives inf or nan at large logits, in value and gradient
import torch
import torch.nn as nn


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        p = torch.sigmoid(logits)
        p_t = torch.where(targets == 1, p, 1 - p)
        loss = -((1 - p_t) ** self.gamma) * torch.log(p_t)
        if self.alpha is not None:
            loss = loss * torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return loss.mean()
