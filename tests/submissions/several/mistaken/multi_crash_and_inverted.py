# expect: weighted-loss inverted-pos-weight
# expect: training-loop crash
from torch import nn


def make_loss(train_labels):
    n_pos, n_neg = train_labels.sum(), (1 - train_labels).sum()
    return nn.BCEWithLogitsLoss(pos_weight=n_pos / n_neg)


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y.unsqueeze(1))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
