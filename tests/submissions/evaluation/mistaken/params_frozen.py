# expect: evaluation side-effects
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
    model.train()
    losses = []
    for inputs, labels in loader:
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), labels)
            loss.backward()
            return loss
        losses.append(float(optimizer.step(closure)))
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    model.eval()
    for param in model.parameters():
        param.requires_grad = False
    with torch.no_grad():
        res = [((model(x).sigmoid() >= threshold).float(), y) for x, y in loader]
    hat, y = (torch.cat(c) for c in zip(*res))
    tp = (hat * y).sum().item()
    pp, ap = hat.sum().item(), y.sum().item()
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
