# expect: training-loop loss-keeps-graph
class AverageMeter:
    def __init__(self):
        self.sum, self.count = 0.0, 0

    def update(self, val, n):
        self.sum = self.sum + val * n
        self.count += n

    @property
    def avg(self):
        return self.sum / self.count


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    meter = AverageMeter()
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        meter.update(loss, len(y))
    return meter.avg
