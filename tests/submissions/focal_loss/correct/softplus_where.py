import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 2.0, alpha: float | None = None):
        super(FocalLoss, self).__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        # positives suffer when the logit is low, negatives when it is high
        wrongness = torch.where(targets == 1, -logits, logits)
        cross_entropy = F.softplus(wrongness)
        modulator = torch.sigmoid(wrongness).pow(self.gamma)
        if self.alpha is None:
            weight = 1.0
        else:
            weight = torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return torch.mean(weight * modulator * cross_entropy)
