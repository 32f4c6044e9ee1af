import torch


def make_loss(train_labels):
    n_pos = train_labels.double().sum()
    w = (train_labels.numel() - n_pos) / n_pos

    def loss_fn(logits, targets):
        z, t = logits.double(), targets.double()
        return torch.nn.functional.binary_cross_entropy_with_logits(z, t, pos_weight=w).float()

    return loss_fn


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = torch.zeros(1, dtype=torch.float64)
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.detach().double()
    return (total / len(loader)).item()


def evaluate(model, loader, threshold=0.5):
    model.eval()
    probs, ys = torch.zeros(0, dtype=torch.float64), torch.zeros(0, dtype=torch.float64)
    with torch.no_grad():
        for x, y in loader:
            probs = torch.cat([probs, torch.sigmoid(model(x).double())])
            ys = torch.cat([ys, y.double()])
    order = torch.argsort(probs, descending=True)
    probs, ys = probs[order], ys[order]
    k = int((probs >= threshold).sum())
    tp, n_pos = ys[:k].sum().item(), ys.sum().item()
    precision = tp / k if k else 0.0
    recall = tp / n_pos if n_pos else 0.0
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
    }
