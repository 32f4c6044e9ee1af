# expect: evaluation missing-eval-mode
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    ratio = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ratio * y * F.softplus(-z) + (1 - y) * F.softplus(z)).mean()


def _fit_batch(model, batch, loss_fn, optimizer):
    x, y = batch
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = [_fit_batch(model, batch, loss_fn, optimizer) for batch in loader]
    return sum(losses) / len(losses)


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.train()
    hats, ys = [], []
    for x, y in loader:
        hats.append(model(x).sigmoid() >= threshold)
        ys.append(y == 1)
    hat, y = torch.cat(hats), torch.cat(ys)
    tp = (hat & y).sum().item()
    pp, ap = hat.sum().item(), y.sum().item()
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
