import torch
import torch.nn as nn
import torch.nn.functional as F


class FocalLoss(nn.Module):
    """Two-class view: the logits (0, x) give log-probabilities of both classes at once."""

    def __init__(self, gamma: float = 2.0, alpha: float | None = None):
        super().__init__()
        self.gamma = gamma
        self.alpha = alpha

    def forward(self, logits, targets):
        two = torch.stack([torch.zeros_like(logits), logits], dim=-1)
        log_probs = F.log_softmax(two, dim=-1)
        index = targets.long().unsqueeze(-1)
        log_pt = log_probs.gather(-1, index).squeeze(-1)
        log_rest = log_probs.gather(-1, 1 - index).squeeze(-1)
        loss = -log_pt * torch.exp(self.gamma * log_rest)
        if self.alpha is not None:
            alpha_t = torch.tensor([1 - self.alpha, self.alpha], device=logits.device)[targets.long()]
            loss = alpha_t * loss
        return loss.mean()
