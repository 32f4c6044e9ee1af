# expect: focal-loss wrong-alpha.positives-alone
# about: alpha weighs the positives, but negatives keep weight 1 and not 1 - alpha
import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        wrongness = logits * (1 - 2 * targets)
        loss = torch.sigmoid(wrongness).pow(self.gamma) * F.softplus(wrongness)
        if self.alpha is not None:
            loss = torch.where(targets == 1, self.alpha * loss, loss)
        return loss.mean()
