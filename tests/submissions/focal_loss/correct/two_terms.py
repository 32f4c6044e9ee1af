import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma = gamma
        self.pos_weight = 1.0 if alpha is None else alpha
        self.neg_weight = 1.0 if alpha is None else 1.0 - alpha

    def forward(self, logits, targets):
        p = torch.sigmoid(logits)
        q = torch.sigmoid(-logits)  # 1 - p without the cancellation
        positive = targets * self.pos_weight * q**self.gamma * F.logsigmoid(logits)
        negative = (1 - targets) * self.neg_weight * p**self.gamma * F.logsigmoid(-logits)
        return -(positive + negative).mean()
