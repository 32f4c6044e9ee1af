# expect: training-loop missing-train-mode
# expect: evaluation missing-eval-mode
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    losses = []
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    with torch.no_grad():
        pairs = [(torch.sigmoid(model(x)) >= threshold, y == 1) for x, y in loader]
    hat, y = (torch.cat(c) for c in zip(*pairs))
    tp, pp, ap = int((hat & y).sum()), int(hat.sum()), int(y.sum())
    return {"precision": tp / max(pp, 1), "recall": tp / max(ap, 1), "f1": 2 * tp / max(pp + ap, 1)}
