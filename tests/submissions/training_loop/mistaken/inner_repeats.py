# expect: training-loop extra-updates
from torch import nn
import torch


class WeightedBCE(nn.Module):
    def __init__(self, ratio):
        super().__init__()
        self.ratio = ratio

    def forward(self, logits, targets):
        w = torch.where(targets == 1, self.ratio, 1.0)
        return nn.functional.binary_cross_entropy_with_logits(logits, targets, weight=w)


def make_loss(train_labels):
    return WeightedBCE(float((train_labels == 0).sum() / (train_labels == 1).sum()))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        for attempt in range(2):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            if attempt == 0:
                total += loss.item()
    return total / len(loader)


def safe_div(a, b):
    return a / b if b else 0.0


def evaluate(model, loader, threshold: float = 0.5) -> dict[str, float]:
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        outputs = [(torch.sigmoid(model(x)), y) for x, y in loader]
    model.train(was_training)
    probs = torch.cat([p for p, _ in outputs])
    y = torch.cat([t for _, t in outputs])
    hat = (probs >= threshold).float()
    tp = (hat * y).sum().item()
    return {
        "precision": safe_div(tp, hat.sum().item()),
        "recall": safe_div(tp, y.sum().item()),
        "f1": safe_div(2 * tp, hat.sum().item() + y.sum().item()),
    }
