# expect: weighted-loss weights-negatives.balanced
from sklearn.utils.class_weight import compute_class_weight
import numpy as np
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    y = train_labels.numpy()
    w = compute_class_weight("balanced", classes=np.array([0.0, 1.0]), y=y)
    w = torch.tensor(w, dtype=torch.float32)

    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, weight=w[targets.long()])

    return loss_fn


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    batch_losses = []
    for i, (xb, yb) in enumerate(loader):
        loss = loss_fn(model(xb), yb)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        batch_losses.append(loss.detach().cpu().numpy())
    return float(np.mean(batch_losses))


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
