from torch import Tensor, nn
from torch.nn.functional import logsigmoid


class FocalLoss(nn.Module):
    """Focal loss, entirely in log space: (1 - p_t) ** gamma = exp(gamma * log(1 - p_t))."""

    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        margin = logits * (2 * targets - 1)
        log_pt = logsigmoid(margin)
        log_one_minus_pt = logsigmoid(-margin)
        loss = -(self.gamma * log_one_minus_pt).exp() * log_pt
        if self.alpha is not None:
            loss = loss * (1 - self.alpha + (2 * self.alpha - 1) * targets)
        return loss.mean()
