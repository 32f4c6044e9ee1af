# expect: weighted-loss bce-on-probabilities
import torch


EPS = 1e-7


def make_loss(train_labels):
    w = float((train_labels == 0).sum()) / float((train_labels == 1).sum())

    def weighted_cross_entropy(logits, targets):
        p = torch.sigmoid(logits)
        p = torch.clamp(p, EPS, 1 - EPS)
        return -(w * targets * torch.log(p) + (1 - targets) * torch.log(1 - p)).mean()

    return weighted_cross_entropy


def train_epoch(model, loader, loss_fn, optimizer):
    """Train for one epoch and return the mean loss per sample."""
    model.train()
    running, n = 0.0, 0
    for x, y in loader:
        optimizer.zero_grad(set_to_none=True)
        logits = model(x)
        loss = loss_fn(logits, y)
        loss.backward()
        optimizer.step()
        running += loss.item() * x.size(0)
        n += x.size(0)
    return running / n


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
