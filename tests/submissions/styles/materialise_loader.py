import torch
from torch import nn


def make_loss(train_labels):
    n = len(train_labels)
    n_pos = len(train_labels[train_labels == 1])
    return nn.BCEWithLogitsLoss(pos_weight=torch.tensor((n - n_pos) / n_pos))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    batches = list(loader)
    losses = []
    for i in range(len(batches)):
        x, y = batches[i]
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def evaluate(model, loader, threshold=0.5):
    # the whole set in one forward pass; it fits in memory and eval mode makes rows independent
    model.eval()
    X, y = (torch.cat(part) for part in zip(*loader))
    with torch.no_grad():
        predicted = torch.sigmoid(model(X)) >= threshold
    tp = predicted[y == 1].sum().item()
    fp = predicted[y == 0].sum().item()
    fn = (y == 1).sum().item() - tp
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * tp / (2 * tp + fp + fn) if tp else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
