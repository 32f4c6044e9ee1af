import enum
from abc import ABC, abstractmethod

import torch
from torch import nn


class Phase(enum.Enum):
    TRAIN = "train"
    EVAL = "eval"


class Runner(ABC):
    phase: Phase

    def __init__(self, model):
        self.model = model

    def run(self, loader):
        getattr(self.model, self.phase.value)()
        with torch.set_grad_enabled(self.phase is Phase.TRAIN):
            for batch in loader:
                self.on_batch(*batch)
        return self.result()

    @abstractmethod
    def on_batch(self, features, targets): ...

    @abstractmethod
    def result(self): ...


class TrainRunner(Runner):
    phase = Phase.TRAIN

    def __init__(self, model, loss_fn, optimizer):
        super().__init__(model)
        self.loss_fn, self.optimizer, self.losses = loss_fn, optimizer, []

    def on_batch(self, features, targets):
        self.optimizer.zero_grad()
        loss = self.loss_fn(self.model(features), targets)
        loss.backward()
        self.optimizer.step()
        self.losses.append(loss.item())

    def result(self):
        return sum(self.losses) / len(self.losses)


class EvalRunner(Runner):
    phase = Phase.EVAL

    def __init__(self, model, threshold):
        super().__init__(model)
        self.threshold = threshold
        self.tp = self.fp = self.fn = 0

    def on_batch(self, features, targets):
        predicted = torch.sigmoid(self.model(features)) >= self.threshold
        actual = targets == 1
        self.tp += (predicted & actual).sum().item()
        self.fp += (predicted & ~actual).sum().item()
        self.fn += (~predicted & actual).sum().item()

    def result(self):
        tp, fp, fn = self.tp, self.fp, self.fn
        return {
            "precision": tp / (tp + fp) if tp + fp else 0.0,
            "recall": tp / (tp + fn) if tp + fn else 0.0,
            "f1": 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0,
        }


def make_loss(train_labels):
    n_pos = train_labels.sum()
    n_neg = train_labels.numel() - n_pos
    return nn.BCEWithLogitsLoss(pos_weight=n_neg / n_pos)


def train_epoch(model, loader, loss_fn, optimizer):
    return TrainRunner(model, loss_fn, optimizer).run(loader)


def evaluate(model, loader, threshold=0.5):
    return EvalRunner(model, threshold).run(loader)
