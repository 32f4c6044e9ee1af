# expect: evaluation missing-no-grad
import torch
import torch.nn.functional as F


def make_loss(train_labels):
    ratio = (1 - train_labels).sum() / train_labels.sum()
    return lambda z, y: (ratio * y * F.softplus(-z) + (1 - y) * F.softplus(z)).mean()


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
    outputs, targets = [], []
    for x, y in loader:
        outputs.append(model(x))
        targets.append(y)
    with torch.no_grad():
        hat = (torch.cat(outputs).sigmoid() >= threshold).float()
        y = torch.cat(targets)
        tp = (hat * y).sum().item()
        pp, ap = hat.sum().item(), y.sum().item()
    return {"precision": tp / pp if pp else 0.0, "recall": tp / ap if ap else 0.0, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
