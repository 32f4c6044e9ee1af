# {% if level == "researcher" %}
"""From raw features to decisions. It runs from end to end, but the model is not performing well: find out why.

Keep names, signatures and what the docstrings specify, and `run` must call the other functions; you can change all
code inside them. All tensors are float32 unless stated otherwise; a label is 0.0 or 1.0, about one in five positive.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

TEST_SHARE = 0.25
HIDDEN = 32
DROPOUT = 0.2
EPOCHS = 30
BATCH_SIZE = 64
LEARNING_RATE = 0.5


def split(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return features and labels to train on, then those to test on: each example is in one part, with its label.

    A quarter of the examples is for testing. The seed decides which ones, at random, so that both parts have the same
    share of positives.
    """
    cut = int(len(labels) * (1 - TEST_SHARE))
    return features[:cut], labels[:cut], features[cut:], labels[cut:]


def standardize(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor, Callable[[Tensor], Tensor]]:
    """Return both splits' features with mean 0 and standard deviation 1, and the function that does so with others.

    The scaling uses only statistics of the training split.
    """
    known = torch.cat([train, test])
    mean, deviation = known.mean(0), known.std(0)

    def transform(features: Tensor) -> Tensor:
        return (features - mean) / deviation

    return transform(train), transform(test), transform


def make_loss(train_labels: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """Return `loss_fn(logits, targets)`: mean cross-entropy on logits, positives weighted by n_neg / n_pos."""
    positives = train_labels.sum()
    negatives = len(train_labels) - positives
    weight = positives / negatives

    def loss_fn(logits: Tensor, targets: Tensor) -> Tensor:
        return (weight * targets * softplus(-logits) + (1 - targets) * softplus(logits)).mean()

    return loss_fn


class Net(nn.Module):
    """A small network with dropout: features (b, d) to logits (b,)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, HIDDEN),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Linear(HIDDEN, HIDDEN),
            nn.ReLU(),
            nn.Dropout(DROPOUT),
            nn.Linear(HIDDEN, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return the logits, shape (b,): log-odds, of any size; in evaluation mode, each depends on its row alone."""
        return torch.sigmoid(self.layers(features))


def build_model(width: int, seed: int) -> nn.Module:
    """Return an untrained model for `width` features; the seed decides its parameters."""
    torch.manual_seed(seed)
    return Net(width)


def fit(
    model: nn.Module, features: Tensor, labels: Tensor, loss_fn: Callable[[Tensor, Tensor], Tensor], seed: int
) -> None:
    """Train the model in place by `loss_fn`, on batches in an order that the seed decides anew for each epoch.

    Each step follows the gradient of the latest batch, or of those since the last step. A part of the examples may be
    held out, for example for early stopping; more than half of them are trained on.
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    model.train()
    for _ in range(EPOCHS):
        features = features[torch.randperm(len(features), generator=generator)]
        labels = labels[torch.randperm(len(labels), generator=generator)]
        for rows, targets in zip(features.split(BATCH_SIZE), labels.split(BATCH_SIZE), strict=True):
            loss = loss_fn(model(rows), targets)
            loss.backward()
            optimizer.step()


def predict(model: nn.Module, features: Tensor) -> Tensor:
    """Return the probability of being positive, shape (n,), the same each time."""
    with torch.no_grad():
        return torch.sigmoid(model(features))


def decide(model: nn.Module, features: Tensor, threshold: float = 0.5) -> Tensor:
    """Return whether the probability is at least the threshold: booleans of shape (n,)."""
    with torch.no_grad():
        logits: Tensor = model(features)
        return logits >= threshold


def measure(targets: Tensor, decisions: Tensor) -> dict[str, float]:
    """Return precision, recall and F1 of the positive class over all examples, 0.0 where one is undefined."""
    batches = zip(targets.split(BATCH_SIZE), decisions.split(BATCH_SIZE), strict=True)
    parts = [_measure_batch(*batch) for batch in batches]
    return {name: sum(part[name] for part in parts) / len(parts) for name in parts[0]}


def _measure_batch(targets: Tensor, decisions: Tensor) -> dict[str, float]:
    hits = int((decisions.flatten() & (targets == 1)).sum())
    predicted, actual = int(decisions.sum()), int((targets == 1).sum())
    return {
        "precision": hits / predicted if predicted else 0.0,
        "recall": hits / actual if actual else 0.0,
        "f1": 2 * hits / (predicted + actual) if predicted + actual else 0.0,
    }


def run(features: Tensor, labels: Tensor, seed: int = 0) -> tuple[Callable[[Tensor], Tensor], dict[str, float]]:
    """Train on one split and measure on the other, with the functions above.

    Returns:
        A function from raw features (n, d) to decisions (n,), and the metrics on the test split.
    """
    train_x, train_y, test_x, test_y = split(features, labels, seed)
    train_x, test_x, transform = standardize(train_x, test_x)
    model = build_model(train_x.shape[1], seed)
    fit(model, train_x, train_y, make_loss(train_y), seed)
    metrics = measure(train_y, decide(model, train_x))
    return lambda raw: decide(model, transform(raw)), metrics


# {% endif %}
