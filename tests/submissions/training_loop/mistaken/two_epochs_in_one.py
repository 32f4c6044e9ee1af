# expect: training-loop extra-updates.second-pass
import torch
import torch.nn as nn


def make_loss(train_labels):
    n_pos = (train_labels == 1).sum()
    n_neg = (train_labels == 0).sum()
    return nn.BCEWithLogitsLoss(pos_weight=n_neg / n_pos)


EPOCHS = 2


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    for epoch in range(EPOCHS):
        losses = []
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return sum(losses) / len(losses)


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
