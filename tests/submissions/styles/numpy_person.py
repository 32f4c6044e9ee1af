import numpy as np
import torch


def make_loss(train_labels):
    y = np.asarray(train_labels)
    ratio = float(np.sum(y == 0) / np.sum(y == 1))

    def loss_fn(logits, targets):
        # numerically stable: max(x, 0) - x*t + log(1 + exp(-|x|)), positives weighted
        log_weight = 1.0 + (ratio - 1.0) * targets
        loss = (1 - targets) * logits + log_weight * (
            torch.log1p(torch.exp(-torch.abs(logits))) + torch.clamp(-logits, min=0)
        )
        return loss.mean()

    return loss_fn


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    history = np.zeros(len(loader))
    sizes = np.zeros(len(loader))
    for i, (x, t) in enumerate(loader):
        optimizer.zero_grad()
        loss = loss_fn(model(x), t)
        loss.backward()
        optimizer.step()
        history[i] = loss.detach().numpy()
        sizes[i] = x.shape[0]
    return np.average(history, weights=sizes)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    scores = np.empty(0, dtype=np.float32)
    labels = np.empty(0, dtype=np.float32)
    for x, t in loader:
        with torch.no_grad():
            z = model(x)
        scores = np.append(scores, torch.sigmoid(z).numpy())
        labels = np.append(labels, t.numpy())
    pred = np.where(scores >= threshold, 1, 0)
    tp = np.sum(pred * labels)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.nan_to_num(tp / np.sum(pred))
        recall = np.nan_to_num(tp / np.sum(labels))
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))
    return {"precision": precision, "recall": recall, "f1": f1}
