import torch


def make_loss(train_labels):
    # BCE as a two-class softmax: class 0 has logit 0, class 1 has logit x
    n1 = int(train_labels.sum())
    n0 = len(train_labels) - n1
    weight = torch.tensor([1.0, n0 / n1])

    def loss_fn(logits, targets):
        two = torch.stack([torch.zeros_like(logits), logits], dim=1)
        per_sample = torch.nn.functional.cross_entropy(two, targets.long(), weight=weight, reduction="none")
        return per_sample.sum() / len(targets)

    return loss_fn


def train_epoch(model, loader, loss_fn, optimizer):
    def one(batch):
        x, y = batch
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item() * y.numel(), y.numel()

    model.train()
    sums, counts = zip(*map(one, loader))
    return sum(sums) / sum(counts)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    with torch.no_grad():
        ys = []
        ps = []
        for x, y in loader:
            z = model(x)
            two = torch.stack([torch.zeros_like(z), z], -1)
            ps.append(two.softmax(-1)[:, 1])  # the same as sigmoid(z)
            ys.append(y)
    pred = torch.cat(ps).ge(threshold).double()
    y = torch.cat(ys).double()
    tp = (pred * y).sum()
    fp = (pred * (1 - y)).sum()
    fn = ((1 - pred) * y).sum()
    one = torch.tensor(1e-30, dtype=torch.double)
    return {
        "precision": float(tp / torch.maximum(tp + fp, one)),
        "recall": float(tp / torch.maximum(tp + fn, one)),
        "f1": float(2 * tp / torch.maximum(2 * tp + fp + fn, one)),
    }
