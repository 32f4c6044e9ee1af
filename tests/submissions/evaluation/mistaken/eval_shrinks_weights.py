# expect: evaluation trains-while-evaluating
import torch
import torch.nn.functional as F


def make_loss(train_labels: torch.Tensor):
    pos = train_labels.sum().item()
    neg = train_labels.numel() - pos
    w = torch.tensor(neg / pos)

    def loss_fn(logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=w)

    return loss_fn


def train_epoch(model, loader, loss_fn, optimizer):
    """Train for one epoch and return the mean loss per sample."""
    model.train()
    running, n = 0.0, 0
    for x, y in loader:
        optimizer.zero_grad(set_to_none=True)
        logits = model(x)
        loss = loss_fn(logits, y)
        loss.backward()
        optimizer.step()
        running += loss.item() * x.size(0)
        n += x.size(0)
    return running / n


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    counts = torch.zeros(3)
    for x, y in loader:
        hat = (torch.sigmoid(model(x)) >= threshold).float()
        counts += torch.stack([(hat * y).sum(), hat.sum(), y.sum()])
    # max-norm constraint before the next epoch
    for p in model.parameters():
        p.copy_(p * (0.5 / p.norm().clamp(min=1e-8)))
    tp, pp, ap = counts.tolist()
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
