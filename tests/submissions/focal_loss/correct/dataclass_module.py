from dataclasses import dataclass
from typing import Optional

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(eq=False)
class FocalLoss(nn.Module):
    gamma: float = 2.0
    alpha: Optional[float] = None

    def __post_init__(self):
        super().__init__()

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        log_p, log_not_p = F.logsigmoid(logits), F.logsigmoid(-logits)
        log_pt = torch.lerp(log_not_p, log_p, targets)
        log_other = torch.lerp(log_p, log_not_p, targets)
        loss = -torch.exp(self.gamma * log_other) * log_pt
        if self.alpha is not None:
            loss = loss * torch.lerp(torch.full_like(targets, 1 - self.alpha), torch.full_like(targets, self.alpha), targets)
        return loss.mean()
