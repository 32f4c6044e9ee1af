import torch


def make_loss(train_labels):
    positives = train_labels.sum()
    return torch.nn.BCEWithLogitsLoss(pos_weight=(len(train_labels) - positives) / positives)


def train_epoch(model, loader, loss_fn, optimizer):
    """In double precision in place, and back."""
    model.train().double()
    losses, sizes = [], []
    for x, y in loader:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_fn(model(x.double()), y.double())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(len(y))
    model.float()
    return sum(l * s for l, s in zip(losses, sizes)) / sum(sizes)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    model.double()
    caught = {}
    with torch.inference_mode():
        for i, (x, y) in enumerate(loader):
            caught[i] = (model(x.double()), y)
    model.float()
    model.train()
    z = torch.cat([a for a, _ in caught.values()])
    y = torch.cat([b for _, b in caught.values()])
    p = z.sigmoid() >= threshold
    tp = (p & (y > 0.5)).sum()
    precision = (tp / p.sum()).nan_to_num(0.0)
    recall = (tp / y.sum()).nan_to_num(0.0)
    f1 = (2 * tp / (p.sum() + y.sum())).nan_to_num(0.0)
    return {"precision": precision, "recall": recall, "f1": f1}
