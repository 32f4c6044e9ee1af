"""Repaired by hand, with a schedule, momentum and a network without dropout."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def split(features, labels, seed):
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(labels), generator=g)
    pos = [i for i in order.tolist() if labels[i] == 1]
    neg = [i for i in order.tolist() if labels[i] == 0]
    p, n = len(pos) // 4, len(neg) // 4
    test = torch.tensor(pos[:p] + neg[:n])
    train = torch.tensor(pos[p:] + neg[n:])
    return features[train], labels[train], features[test], labels[test]


def standardize(train, test):
    mu = train.mean(dim=0, keepdim=True)
    sigma = train.std(dim=0, unbiased=False, keepdim=True).clamp_min(1e-8)
    f = lambda x: (x - mu) / sigma  # noqa: E731
    return f(train), f(test), f


def make_loss(train_labels):
    ratio = float((train_labels < 0.5).sum()) / float((train_labels > 0.5).sum())

    def loss_fn(logits, targets):
        assert logits.shape == targets.shape
        w = 1 + (ratio - 1) * targets
        return F.binary_cross_entropy_with_logits(logits, targets, weight=w)

    return loss_fn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a = nn.Linear(width, 48)
        self.b = nn.Linear(48, 48)
        self.c = nn.Linear(48, 1)

    def forward(self, x):
        return self.c(torch.tanh(self.b(torch.tanh(self.a(x)))))[:, 0]


def build_model(width, seed):
    torch.manual_seed(seed)
    return Net(width)


def fit(model, features, labels, loss_fn, seed):
    g = torch.Generator().manual_seed(seed)
    epochs, size = 40, 50
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    steps = epochs * math.ceil(len(labels) / size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.2, total_steps=steps)
    model.train()
    for _ in range(epochs):
        for chunk in torch.randperm(len(labels), generator=g).split(size):
            for p in model.parameters():
                p.grad = None
            loss_fn(model(features[chunk]), labels[chunk]).backward()
            optimizer.step()
            schedule.step()
    model.eval()


def predict(model, features):
    with torch.no_grad():
        return 1 / (1 + torch.exp(-model.eval()(features)))


def decide(model, features, threshold=0.5):
    return predict(model, features).ge(threshold)


def measure(targets, decisions):
    y, d = targets.bool(), decisions.bool()
    tp, fp, fn = (y & d).sum().item(), (~y & d).sum().item(), (y & ~d).sum().item()
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / (tp + fn) if tp + fn else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return dict(precision=precision, recall=recall, f1=f1)


def run(features, labels, seed=0):
    train_features, train_labels, test_features, test_labels = split(features, labels, seed)
    scaled_train, scaled_test, scale = standardize(train_features, test_features)
    net = build_model(scaled_train.size(1), seed)
    fit(net, scaled_train, train_labels, make_loss(train_labels), seed)

    def decider(raw):
        return decide(net, scale(raw))

    return decider, measure(test_labels, decide(net, scaled_test))
