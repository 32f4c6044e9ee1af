import torch


def make_loss(train_labels):
    n_pos = int(train_labels.sum())
    n_neg = train_labels.numel() - n_pos

    def loss(logits, targets):
        # log-weight form from the torch documentation:
        # (1 - y) x + l (log(1 + exp(-|x|)) + max(-x, 0)),  l = 1 + (q - 1) y
        q = n_neg / n_pos
        l = 1 + (q - 1) * targets
        return ((1 - targets) * logits + l * ((-logits.abs()).exp().log1p() + (-logits).relu())).mean()

    return loss


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    seen, total = 0, 0.0
    for x, y in loader:
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        model.zero_grad()
        total += loss.item() * len(x)
        seen += len(x)
    return total / seen


def evaluate(model, loader, threshold=0.5):
    modes = {m: m.training for m in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            scores = [torch.stack([torch.sigmoid(model(x)), y], dim=1) for x, y in loader]
    finally:
        for m, training in modes.items():
            m.training = training
    table = torch.cat(scores).numpy()
    flagged = table[table[:, 0] >= threshold]
    tp = flagged[:, 1].sum()
    positives = table[:, 1].sum()
    precision = tp / len(flagged) if len(flagged) else 0.0
    recall = tp / positives if positives else 0.0
    f1 = 2 * tp / (len(flagged) + positives) if len(flagged) + positives else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
