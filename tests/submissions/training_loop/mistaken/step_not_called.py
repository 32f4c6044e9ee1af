# expect: training-loop missing-step
class Trainer:
    def __init__(self, model, loss_fn, optimizer):
        self.model = model
        self.loss_fn = loss_fn
        self.optimizer = optimizer

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(x), y)
        loss.backward()
        self.optimizer.step
        return loss.item()


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    trainer = Trainer(model, loss_fn, optimizer)
    losses = [trainer.step(x, y) for x, y in loader]
    return sum(losses) / len(losses)
