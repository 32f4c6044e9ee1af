import torch
from torch import nn
from torch.nn import functional as F


class _Focal(torch.autograd.Function):
    """FL(z) = (1 - p)^g * softplus(-z) with p = sigmoid(z), and its derivative by hand."""

    @staticmethod
    def forward(ctx, z, gamma):
        ctx.save_for_backward(z)
        ctx.gamma = gamma
        return torch.exp(gamma * F.logsigmoid(-z)) * F.softplus(-z)

    @staticmethod
    def backward(ctx, grad_output):
        (z,) = ctx.saved_tensors
        g = ctx.gamma
        p = torch.sigmoid(z)
        factor = torch.exp(g * F.logsigmoid(-z))
        # d/dz (1-p)^g = -g p (1-p)^g ; d/dz softplus(-z) = -(1-p)
        dz = -factor * (g * p * F.softplus(-z) + torch.sigmoid(-z))
        return grad_output * dz, None


class FocalLoss(nn.Module):
    def __init__(self, gamma: float = 2.0, alpha: float | None = None):
        super().__init__()
        self.gamma = float(gamma)
        self.alpha = alpha

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        sign = 2.0 * targets - 1.0
        losses = _Focal.apply(logits * sign, self.gamma)
        if self.alpha is not None:
            losses = losses * torch.where(targets > 0.5, self.alpha, 1.0 - self.alpha)
        return losses.mean()
