import torch

make_loss = lambda train_labels: torch.nn.BCEWithLogitsLoss(
    pos_weight=(train_labels == 0).sum() / (train_labels == 1).sum()
)


def _step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


train_epoch = lambda model, loader, loss_fn, optimizer: (
    model.train() and sum(_step(model, loss_fn, optimizer, x, y) for x, y in loader) / len(loader)
)

_scores = lambda tp, fp, fn: {
    "precision": tp / (tp + fp) if tp + fp else 0.0,
    "recall": tp / (tp + fn) if tp + fn else 0.0,
    "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0,
}
_count = lambda p, y: torch.stack([(p & y).sum(), (p & ~y).sum(), (~p & y).sum()])

evaluate = torch.no_grad()(
    lambda model, loader, threshold=0.5: model.eval()
    and _scores(*sum(_count(model(x).sigmoid() >= threshold, y == 1) for x, y in loader).tolist())
)
