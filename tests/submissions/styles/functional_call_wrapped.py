import torch
from torch.func import functional_call


def make_loss(train_labels):
    positives = train_labels.sum()
    return torch.nn.BCEWithLogitsLoss(pos_weight=(len(train_labels) - positives) / positives)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for x, y in loader:
        weights = dict(model.named_parameters())
        loss = loss_fn(functional_call(model, weights, (x,)), y)
        optimizer.zero_grad()
        for p, g in zip(weights.values(), torch.autograd.grad(loss, list(weights.values()))):
            p.grad = g
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


class Probabilities(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return torch.sigmoid(self.model.forward(x))


@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    """Wraps the model, and looks at the loader twice, each time for everything it needs."""
    judge = Probabilities(model).eval()
    counts = torch.zeros(3)
    for p, y in [(judge(x), y) for x, y in loader]:
        d = (p >= threshold).float()
        counts += torch.stack([(d * y).sum(), d.sum(), y.sum()])
    again = [int((judge(x) >= threshold).sum()) for x, _ in loader]
    assert sum(again) == int(counts[1])
    tp, pp, ap = counts.tolist()
    return {
        "precision": tp / pp if pp else 0.0,
        "recall": tp / ap if ap else 0.0,
        "f1": 2 * tp / (pp + ap) if pp + ap else 0.0,
        "n": sum(1 for _ in loader.dataset),
    }
