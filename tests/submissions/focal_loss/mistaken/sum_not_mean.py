# expect: focal-loss wrong-focal-reduction.sum
# about: returns the sum over the batch, not the mean
import torch
import torch.nn as nn


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha
        self.bce = nn.BCEWithLogitsLoss(reduction="none")

    def forward(self, logits, targets):
        loss = self.bce(logits, targets)
        loss = (1 - torch.exp(-loss)) ** self.gamma * loss
        if self.alpha is not None:
            loss = loss * torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return loss.sum()
