# expect: training-loop timeout
from itertools import cycle


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    losses = []
    for x, y in cycle(loader):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)
