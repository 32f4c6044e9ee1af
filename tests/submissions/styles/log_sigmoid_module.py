import torch
from torch import nn


class LogSigmoidLoss(nn.Module):
    """Weighted negative log-likelihood of a Bernoulli, parametrised by logits."""

    pos_weight: torch.Tensor

    def __init__(self, pos_weight: float) -> None:
        super().__init__()
        self.register_buffer("pos_weight", torch.tensor(pos_weight), persistent=False)
        self.log_sigmoid = nn.LogSigmoid()

    def extra_repr(self) -> str:
        return f"pos_weight={self.pos_weight.item():.3f}"

    def forward(self, logits, targets):
        log_p = self.log_sigmoid(logits)
        log_not_p = self.log_sigmoid(-logits)
        return -(self.pos_weight * targets * log_p + (1.0 - targets) * log_not_p).mean()


def make_loss(train_labels):
    n_pos = train_labels.sum().item()
    return LogSigmoidLoss((train_labels.numel() - n_pos) / n_pos)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    loss_sum = 0.0
    n_batches = 0
    for features, targets in loader:
        logits = model(features)
        loss = loss_fn(logits, targets)

        model.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

        loss_sum += loss.detach().cpu().item()
        n_batches += 1
    return loss_sum / max(n_batches, 1)


class F1Meter:
    def __init__(self):
        self.tp = self.fp = self.fn = 0

    def __call__(self, pred, true):
        self.tp += (pred & true).sum().item()
        self.fp += (pred & ~true).sum().item()
        self.fn += (~pred & true).sum().item()
        return self

    def __getitem__(self, beta):
        b2 = beta * beta
        d = (1 + b2) * self.tp + b2 * self.fn + self.fp
        return (1 + b2) * self.tp / d if d else 0.0


def evaluate(model, loader, threshold=0.5):
    meter = F1Meter()
    with torch.no_grad():
        model.eval()
        for features, targets in loader:
            meter(torch.special.expit(model(features)) >= threshold, targets.to(torch.bool))
    precision = meter.tp / (meter.tp + meter.fp) if meter.tp else 0.0
    recall = meter.tp / (meter.tp + meter.fn) if meter.tp else 0.0
    return {"precision": precision, "recall": recall, "f1": meter[1], "f2": meter[2]}
