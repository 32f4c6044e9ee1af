import torch
import torch.nn.functional as F


def make_loss(train_labels):
    n_neg, n_pos = torch.bincount(train_labels.to(torch.int64), minlength=2).tolist()
    weights = torch.tensor([1.0, n_neg / n_pos])

    def loss(logits, targets):
        per_example = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        return (per_example * weights[targets.long()]).mean()

    return loss


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        def closure():
            optimizer.zero_grad()
            value = loss_fn(model(x), y)
            value.backward()
            return value

        total += float(optimizer.step(closure))
    return total / len(loader)


def evaluate(model, loader, threshold=0.5):
    was = model.training
    with torch.no_grad():
        model.eval()
        table = torch.zeros(2, 2, dtype=torch.long)
        for x, y in loader:
            pred = (model(x).sigmoid() >= threshold).long()
            table += torch.bincount(2 * y.long() + pred, minlength=4).reshape(2, 2)
        model.train(was)
    (_, fp), (fn, tp) = table.tolist()
    safe = lambda a, b: a / b if b > 0 else 0.0
    p, r = safe(tp, tp + fp), safe(tp, tp + fn)
    return {"precision": p, "recall": r, "f1": safe(2 * p * r, p + r)}
