import dataclasses
from dataclasses import dataclass

import torch
import torch.nn as nn


@dataclass
class Confusion:
    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    def __iadd__(self, other):
        for f in dataclasses.fields(self):
            setattr(self, f.name, getattr(self, f.name) + getattr(other, f.name))
        return self

    @classmethod
    def of(cls, pred, true):
        return cls(
            tp=int((pred & true).sum()), fp=int((pred & ~true).sum()),
            fn=int((~pred & true).sum()), tn=int((~pred & ~true).sum()),
        )

    @property
    def precision(self):
        d = self.tp + self.fp
        return self.tp / d if d else 0.0

    @property
    def recall(self):
        d = self.tp + self.fn
        return self.tp / d if d else 0.0

    @property
    def f1(self):
        d = self.precision + self.recall
        return 2 * self.precision * self.recall / d if d else 0.0

    def as_dict(self):
        return {k: getattr(self, k) for k in ("precision", "recall", "f1")} | dataclasses.asdict(self)


@dataclass(frozen=True)
class Config:
    positive_label: float = 1.0
    eps: float = 0.0


CFG = Config()


def make_loss(train_labels, cfg=CFG):
    pos = (train_labels == cfg.positive_label).sum().float()
    neg = (train_labels != cfg.positive_label).sum().float()
    return nn.BCEWithLogitsLoss(pos_weight=neg / (pos + cfg.eps))


def train_epoch(model, loader, loss_fn, optimizer, device=None, scheduler=None, clip=None):
    model.train()
    device = device or next(model.parameters()).device
    losses = []
    for x, y in loader:
        x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        if clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        if scheduler is not None:
            scheduler.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


@torch.inference_mode()
def evaluate(model, loader, threshold=0.5, device=None):
    model.eval()
    device = device or next(model.parameters()).device
    c = Confusion()
    for x, y in loader:
        c += Confusion.of(model(x.to(device)).sigmoid() >= threshold, y.to(device).bool())
    return c.as_dict()
