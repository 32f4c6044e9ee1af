import torch


def make_loss(*args, **kwargs):
    labels = args[0] if args else kwargs["train_labels"]
    w = labels.eq(0).sum() / labels.eq(1).sum()
    return torch.nn.BCEWithLogitsLoss(pos_weight=w, **{k: v for k, v in kwargs.items() if k != "train_labels"})


def train_epoch(*args, **kwargs):
    model, loader, loss_fn, optimizer = args
    return _train(model, loader, loss_fn, optimizer, **kwargs)


def _train(model, loader, loss_fn, optimizer, **_):
    model.train()
    t = []
    for batch in loader:
        *inputs, y = batch
        optimizer.zero_grad()
        loss = loss_fn(model(*inputs), y)
        loss.backward()
        optimizer.step()
        t += [loss.item()]
    return sum(t) / len(t)


def evaluate(model, loader, *args, **kwargs):
    threshold = args[0] if args else kwargs.get("threshold", 0.5)
    model.eval()
    with torch.no_grad():
        out = [(model(x).sigmoid() >= threshold, y > 0) for x, y in loader]
    tp = sum(int((p & y).sum()) for p, y in out)
    pp = sum(int(p.sum()) for p, y in out)
    ap = sum(int(y.sum()) for p, y in out)
    keys = ("precision", "recall", "f1")
    nums = (tp / pp if pp else 0.0, tp / ap if ap else 0.0, 2 * tp / (pp + ap) if pp + ap else 0.0)
    return dict(zip(keys, nums))
