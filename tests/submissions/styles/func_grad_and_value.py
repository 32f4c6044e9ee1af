import torch
from torch.func import functional_call, grad_and_value


def make_loss(train_labels):
    positives = train_labels.sum()
    return torch.nn.BCEWithLogitsLoss(pos_weight=(len(train_labels) - positives) / positives)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    names = [n for n, _ in model.named_parameters()]
    losses = []
    for x, y in loader:
        parameters = {n: p.detach() for n, p in model.named_parameters()}

        def objective(weights):
            return loss_fn(functional_call(model, weights, (x,)), y)

        gradients, value = grad_and_value(objective)(parameters)
        for n, p in model.named_parameters():
            p.grad = gradients[n].clone()
        optimizer.step()
        losses.append(value.item())
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    was = model.training
    model.eval()
    weights = {n: p.detach() for n, p in model.named_parameters()}
    scored = []
    with torch.no_grad():
        for x, y in loader:
            scored += zip(functional_call(model, weights, (x,)).sigmoid().tolist(), y.tolist())
    model.train(was)
    tp = sum(p >= threshold and y == 1 for p, y in scored)
    pp = sum(p >= threshold for p, _ in scored)
    ap = sum(y == 1 for _, y in scored)
    precision = tp / pp if pp else 0.0
    recall = tp / ap if ap else 0.0
    return {"precision": precision, "recall": recall, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
