import torch
import torch.nn.functional as F


def make_loss(train_labels):
    w = (train_labels == 0).sum() / (train_labels == 1).sum()
    return lambda out, tgt: F.binary_cross_entropy_with_logits(out, tgt, pos_weight=w.expand_as(out))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    values, correct = [], 0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        # look at the batch once more for a training accuracy, without touching gradients or BatchNorm buffers
        with torch.no_grad():
            model.eval()
            correct += ((model(x) >= 0) == (y == 1)).sum().item()
            model.train()
        optimizer.step()
        values.append(loss.detach())
    return torch.stack(values).mean()


def evaluate(model, loader, threshold=0.5):
    model.eval()
    p, t = [], []
    with torch.no_grad():
        for x, y in loader:
            p.append(model(x))
            t.append(y)
    p, t = torch.cat(p).sigmoid(), torch.cat(t)
    yhat = (p >= threshold).to(t.dtype)
    tp = torch.dot(yhat, t).item()
    n_hat, n = yhat.sum().item(), t.sum().item()
    return {
        "precision": tp / n_hat if n_hat else 0.0,
        "recall": tp / n if n else 0.0,
        "f1": 2 * tp / (n_hat + n) if n_hat + n else 0.0,
    }
