import torch
from torch import nn


class FocalLoss(nn.Module):
    gamma: torch.Tensor
    class_weights: torch.Tensor

    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        super().__init__()
        self.register_buffer("gamma", torch.tensor(float(gamma)))
        weights = [1.0, 1.0] if alpha is None else [1.0 - alpha, alpha]
        self.register_buffer("class_weights", torch.tensor(weights))
        self.bce = nn.BCEWithLogitsLoss(reduction="none")

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        ce = self.bce(logits, targets)
        focus = -torch.expm1(-ce)
        return (self.class_weights[targets.long()] * focus**self.gamma * ce).mean()
