# expect: training-loop partial-epoch
# expect: evaluation partial-evaluation
import torch


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
        return total


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            pred = torch.sigmoid(model(x)) >= threshold
            tp = (pred & (y == 1)).sum().item()
            pp, ap = pred.sum().item(), y.sum().item()
            break
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
