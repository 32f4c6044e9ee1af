import copy

import torch


def make_loss(train_labels):
    positives = train_labels.sum()
    return torch.nn.BCEWithLogitsLoss(pos_weight=(len(train_labels) - positives) / positives)


def train_epoch(model, loader, loss_fn, optimizer):
    """Keeps the state of each step, and logs the loss once more in evaluation mode after each step."""
    states, losses, log = [], [], []
    for x, y in loader:
        model.train()
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
        model.eval()
        with torch.no_grad():
            log.append(loss_fn(model(x), y).item())
        states.append(copy.deepcopy(model.state_dict()))
    model.load_state_dict(states[-1])
    model.train()
    print(sum(log) / len(log))
    return torch.stack(losses).mean()


def evaluate(model, loader, threshold=0.5):
    was = model.training
    model.eval()
    scored = []
    with torch.no_grad():
        for x, y in loader:
            scored += zip(model(x).sigmoid().tolist(), y.tolist())
    model.train(was)
    tp = sum(p >= threshold and y == 1 for p, y in scored)
    pp = sum(p >= threshold for p, _ in scored)
    ap = sum(y == 1 for _, y in scored)
    precision = tp / pp if pp else 0.0
    recall = tp / ap if ap else 0.0
    return {"precision": precision, "recall": recall, "f1": 2 * tp / (pp + ap) if pp + ap else 0.0}
