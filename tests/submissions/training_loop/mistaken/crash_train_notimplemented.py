# expect: training-loop crash
import torch


class Wrapper(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def foward(self, x):
        return self.model(x)


def train_epoch(model, loader, loss_fn, optimizer):
    net = Wrapper(model)
    net.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(net(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
