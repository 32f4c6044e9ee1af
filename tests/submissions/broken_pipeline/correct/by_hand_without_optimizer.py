"""Repaired with stochastic gradient descent by hand, rows kept back to stop by, and a last layer that begins at zero."""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn.functional import logsigmoid


def split(features, labels, seed):
    rng = np.random.default_rng(seed)
    held_out = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels.numpy()):
        rows = np.flatnonzero(labels.numpy() == label)
        held_out[rng.choice(rows, size=-(-len(rows) // 4), replace=False)] = True
    mask = torch.from_numpy(held_out)
    return features[~mask], labels[~mask], features[mask], labels[mask]


def standardize(train, test):
    centre, spread = train.mean(0), train.std(0) + 1e-6

    def transform(x):
        return x.sub(centre).div(spread)

    return transform(train), transform(test), transform


def make_loss(train_labels):
    weight = (1 - train_labels).sum() / train_labels.sum()

    def loss_fn(logits, targets):
        per_example = -(weight * targets * logsigmoid(logits) + (1 - targets) * logsigmoid(-logits))
        return per_example.mean()

    return loss_fn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.LazyLinear(64)
        self.second = nn.LazyLinear(64)
        self.last = nn.Linear(64, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.constant_(self.last.bias, -1.386)  # the share of positives

    def forward(self, x):
        return self.last(torch.relu(self.second(torch.relu(self.first(x))))).reshape(len(x))


def build_model(width, seed):
    torch.manual_seed(seed)
    net = Net(width)
    net(torch.zeros(1, width))
    return net


def fit(model, features, labels, loss_fn, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(labels), generator=generator)
    kept_back, rest = order[: len(order) // 6], order[len(order) // 6 :]
    parameters = list(model.parameters())
    velocity = [torch.zeros_like(p) for p in parameters]
    best, best_state = float("inf"), None
    for epoch in range(60):
        model.train()
        rest = rest[torch.randperm(len(rest), generator=generator)]
        for rows in rest.split(48):
            loss = loss_fn(model(features[rows]), labels[rows])
            with torch.no_grad():
                for p, v, g in zip(parameters, velocity, torch.autograd.grad(loss, parameters)):
                    v.mul_(0.9).add_(g)
                    p.sub_(v, alpha=0.03)
        model.eval()
        with torch.no_grad():
            loss = loss_fn(model(features[kept_back]), labels[kept_back]).item()
        if loss < best:
            best, best_state = loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)


def predict(model, features):
    model.eval()
    with torch.no_grad():
        return torch.special.expit(model(features))


def decide(model, features, threshold=0.5):
    return ~(predict(model, features) < threshold)


def measure(targets, decisions):
    pairs = torch.bincount(2 * targets.long() + decisions.long(), minlength=4).tolist()
    _, false_positives, false_negatives, hits = pairs
    precision = hits / (hits + false_positives) if hits + false_positives else 0.0
    recall = hits / (hits + false_negatives) if hits + false_negatives else 0.0
    return {"precision": precision, "recall": recall, "f1": 2 * hits / max(1, 2 * hits + false_positives + false_negatives)}


def run(features, labels, seed=0):
    train_x, train_y, test_x, test_y = split(features=features, labels=labels, seed=seed)
    train_x, test_x, transform = standardize(train=train_x, test=test_x)
    model = build_model(width=train_x.shape[1], seed=seed)
    fit(model=model, features=train_x, labels=train_y, loss_fn=make_loss(train_labels=train_y), seed=seed)
    metrics = measure(targets=test_y, decisions=decide(model=model, features=test_x))
    return (lambda raw: decide(model=model, features=transform(raw))), metrics
