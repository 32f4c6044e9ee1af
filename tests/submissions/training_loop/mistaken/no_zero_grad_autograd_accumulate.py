# expect: training-loop missing-zero-grad
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    ratio = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ratio * y * F.softplus(-z) + (1 - y) * F.softplus(z)).mean()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    params = list(model.parameters())
    total, n = 0.0, 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        for p, g in zip(params, torch.autograd.grad(loss, params)):
            p.grad = g if p.grad is None else p.grad + g
        optimizer.step()
        total += loss.item() * len(y)
        n += len(y)
    return total / n


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
