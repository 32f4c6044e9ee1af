import torch
from torch import nn
import torch.nn.functional as F


class LitModule:
    """A tiny lightning: hooks and all."""

    def __init__(self, model, loss_fn=None, optimizer=None):
        self.model, self.loss_fn, self.optimizer = model, loss_fn, optimizer
        self.logged = {}

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = self.loss_fn(self.model(x), y)
        self.log("train_loss", loss.detach(), batch_size=x.size(0))
        return loss

    def log(self, name, value, batch_size=1):
        s, n = self.logged.get(name, (0.0, 0))
        self.logged[name] = (s + value * batch_size, n + batch_size)

    def configure_optimizers(self):
        return self.optimizer

    def on_train_epoch_start(self):
        self.model.train()


class Trainer:
    def fit_one_epoch(self, lit, loader):
        lit.on_train_epoch_start()
        opt = lit.configure_optimizers()
        for i, batch in enumerate(loader):
            def closure():
                opt.zero_grad()
                loss = lit.training_step(batch, i)
                loss.backward()
                return loss
            opt.step(closure)
        s, n = lit.logged["train_loss"]
        return float(s / n)


class BCELoss(nn.Module):
    def __init__(self, pos_weight):
        super().__init__()
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, logits, targets):
        return F.binary_cross_entropy_with_logits(logits, targets, pos_weight=self.pos_weight)


def make_loss(train_labels):
    pos = train_labels.sum()
    return BCELoss((len(train_labels) - pos) / pos)


def train_epoch(model, loader, loss_fn, optimizer):
    return Trainer().fit_one_epoch(LitModule(model, loss_fn, optimizer), loader)


class BinaryStats:
    """like torchmetrics' BinaryStatScores"""

    def __init__(self, threshold):
        self.threshold = threshold
        self.reset()

    def reset(self):
        self.tp = torch.tensor(0)
        self.fp = torch.tensor(0)
        self.fn = torch.tensor(0)

    def update(self, probs, target):
        pred = probs >= self.threshold
        target = target.bool()
        self.tp += (pred & target).sum()
        self.fp += (pred & ~target).sum()
        self.fn += (~pred & target).sum()

    def compute(self):
        p = self.tp / (self.tp + self.fp).clamp(min=1)
        r = self.tp / (self.tp + self.fn).clamp(min=1)
        f1 = 2 * self.tp / (2 * self.tp + self.fp + self.fn).clamp(min=1)
        return {"precision": p, "recall": r, "f1": f1}


def evaluate(model, loader, threshold=0.5):
    metric = BinaryStats(threshold)
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            metric.update(model(x).sigmoid(), y)
    return metric.compute()
