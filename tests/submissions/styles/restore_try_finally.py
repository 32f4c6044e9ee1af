import torch
from torch import nn


def make_loss(train_labels):
    # .double() so that the ratio is exact, then back to float32
    n_pos = train_labels.double().sum()
    ratio = ((train_labels.shape[0] - n_pos) / n_pos).to(train_labels.dtype)
    criterion = nn.BCEWithLogitsLoss(reduction="none", pos_weight=ratio)

    class Mean(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = criterion

        def forward(self, logits, targets):
            return self.inner(logits, targets).mean()

    return Mean()


def train_epoch(model, loader, loss_fn, optimizer):
    before = model.training
    model.train()
    try:
        total = torch.tensor(0.0)
        count = 0
        for features, targets in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(features), targets)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                total += loss * features.shape[0]
            count += features.shape[0]
        return total.item() / count
    finally:
        model.train(before)


def evaluate(model, loader, threshold=0.5):
    before = model.training
    grad_before = torch.is_grad_enabled()
    model.eval()
    torch.set_grad_enabled(False)
    try:
        results = [(model(features), targets) for features, targets in loader]
    finally:
        torch.set_grad_enabled(grad_before)
        model.train(before)
    logits = torch.cat([r[0] for r in results])
    targets = torch.cat([r[1] for r in results])
    predictions = logits.sigmoid() >= threshold
    true_positive = targets[predictions].sum()
    precision = true_positive / predictions.sum() if predictions.any() else torch.tensor(0.0)
    recall = true_positive / targets.sum() if targets.any() else torch.tensor(0.0)
    f1 = 2 * precision * recall / (precision + recall) if true_positive > 0 else torch.tensor(0.0)
    return {"precision": precision, "recall": recall, "f1": f1}
