"""Repaired with gradients of two batches to a step, clipping, a penalty on the weights and batch normalisation."""

import torch
from sklearn.model_selection import StratifiedShuffleSplit
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits


def split(features, labels, seed):
    splitter = StratifiedShuffleSplit(n_splits=1, test_size=0.25, random_state=seed)
    ((train, test),) = splitter.split(features.numpy(), labels.numpy())
    return features[train], labels[train], features[test], labels[test]


def standardize(train, test):
    variance, mean = torch.var_mean(train, dim=0, correction=0)
    scale = variance.sqrt().clamp(min=1e-8)
    transform = lambda x: (x - mean) / scale  # noqa: E731
    return transform(train), transform(test), transform


def make_loss(train_labels):
    counts = torch.bincount(train_labels.long(), minlength=2).float()

    class WeightedLoss(nn.Module):
        def forward(self, logits, targets):
            return binary_cross_entropy_with_logits(logits, targets, pos_weight=counts[0] / counts[1])

    return WeightedLoss()


def build_model(width, seed):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(width, 64),
        nn.BatchNorm1d(64),
        nn.SiLU(),
        nn.Linear(64, 32),
        nn.BatchNorm1d(32),
        nn.SiLU(),
        nn.Dropout(0.1),
        nn.Linear(32, 1),
        nn.Flatten(start_dim=0),
    )


def fit(model, features, labels, loss_fn, seed):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    model.train()
    for _ in range(30):
        optimizer.zero_grad(set_to_none=False)
        batches = torch.randperm(len(labels), generator=generator).split(32)
        for number, rows in enumerate(batches, start=1):
            penalty = 1e-5 * sum(p.square().sum() for p in model.parameters())
            loss = loss_fn(model(features[rows]), labels[rows]) + penalty
            (loss / 2).backward()
            if number % 2 == 0 or number == len(batches):
                nn.utils.clip_grad_norm_(model.parameters(), 5.0)
                optimizer.step()
                optimizer.zero_grad(set_to_none=False)


@torch.no_grad()
def predict(model, features):
    training = model.training
    try:
        return torch.sigmoid(model.eval()(features))
    finally:
        model.train(training)


def decide(model, features, threshold=0.5):
    return predict(model, features) - threshold >= 0


def measure(targets, decisions):
    hits = (targets * decisions).sum()
    precision, recall = hits / decisions.sum().clamp(min=1), hits / targets.sum().clamp(min=1)
    f1 = 2 * precision * recall / (precision + recall).clamp(min=1e-12)
    return {"precision": precision.item(), "recall": recall.item(), "f1": f1.item(), "n": len(targets)}


def run(features, labels, seed=0):
    """Train three models and let them vote: what is reported is the vote's."""
    train_x, train_y, test_x, test_y = split(features, labels, seed)
    train_x, test_x, transform = standardize(train_x, test_x)
    models = [build_model(train_x.shape[1], seed + i) for i in range(3)]
    for i, model in enumerate(models):
        fit(model, train_x, train_y, make_loss(train_y), seed + i)

    def vote(x):
        return sum(decide(model, x).float() for model in models) >= 2

    return (lambda raw: vote(transform(raw))), measure(test_y, vote(test_x))
