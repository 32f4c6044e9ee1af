import torch
import torch.nn.functional as F


def make_loss(train_labels):
    pos_weight = train_labels.numel() / train_labels.sum() - 1  # n/n_pos - 1 = n_neg/n_pos
    return lambda logits, targets: F.binary_cross_entropy_with_logits(logits, targets, pos_weight=pos_weight)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    params = list(model.parameters())
    losses = torch.empty(len(loader))
    for i, (x, y) in enumerate(loader):
        loss = loss_fn(model(x), y)
        grads = torch.autograd.grad(loss, params)
        for p, g in zip(params, grads):
            p.grad = g
        optimizer.step()
        losses[i] = loss.detach()
    for p in params:
        p.grad = None
    return losses.mean().item()


def evaluate(model, loader, threshold=0.5):
    model.eval()
    tp = pred = true = 0.0
    for x, y in loader:
        with torch.no_grad():
            prob = 1 / (1 + torch.exp(-model(x)))
        yhat = prob >= threshold
        tp += yhat[y == 1].sum().item()
        pred += yhat.sum().item()
        true += y.sum().item()
    return {
        "precision": tp / pred if pred > 0 else 0.0,
        "recall": tp / true if true > 0 else 0.0,
        "f1": (2 * tp) / (pred + true) if pred + true > 0 else 0.0,
    }
