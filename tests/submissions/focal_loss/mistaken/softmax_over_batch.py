# expect: focal-loss wrong-focusing
# about: softmax over the batch dimension in place of a sigmoid
import torch
import torch.nn as nn


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        p = torch.softmax(logits, dim=0)
        pt = torch.where(targets == 1, p, 1 - p).clamp(min=1e-8)
        loss = -((1 - pt) ** self.gamma) * pt.log()
        if self.alpha is not None:
            loss = loss * torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return loss.mean()
