"""From raw features to decisions.

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
LEARNING_RATE = 5e-3


def split(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return features and labels to train on, then those to test on: each example is in one part, with its label.

    A quarter of the examples is for testing. The seed decides which ones, at random, so that both parts have the same
    share of positives.
    """
    generator = torch.Generator().manual_seed(seed)
    train, test = [], []
    for label in (0.0, 1.0):
        rows = torch.nonzero(labels == label).flatten()
        rows = rows[torch.randperm(len(rows), generator=generator)]
        cut = round(len(rows) * TEST_SHARE)
        test.append(rows[:cut])
        train.append(rows[cut:])
    kept, held_out = torch.cat(train), torch.cat(test)
    return features[kept], labels[kept], features[held_out], labels[held_out]


def standardize(train: Tensor, test: Tensor) -> tuple[Tensor, Tensor, Callable[[Tensor], Tensor]]:
    """Return both splits' features with mean 0 and standard deviation 1, and the function that does so with others.

    The scaling uses only statistics of the training split.
    """
    mean, deviation = train.mean(0), train.std(0)

    def transform(features: Tensor) -> Tensor:
        return (features - mean) / deviation

    return transform(train), transform(test), transform


def make_loss(train_labels: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """Return `loss_fn(logits, targets)`: mean cross-entropy on logits, positives weighted by n_neg / n_pos."""
    positives = train_labels.sum()
    negatives = len(train_labels) - positives
    weight = negatives / positives

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
        logits: Tensor = self.layers(features)
        return logits.squeeze(-1)


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
        order = torch.randperm(len(labels), generator=generator)
        for rows in order.split(BATCH_SIZE):
            optimizer.zero_grad()
            loss = loss_fn(model(features[rows]), labels[rows])
            loss.backward()
            optimizer.step()


def predict(model: nn.Module, features: Tensor) -> Tensor:
    """Return the probability of being positive, shape (n,), the same each time."""
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))


def decide(model: nn.Module, features: Tensor, threshold: float = 0.5) -> Tensor:
    """Return whether the probability is at least the threshold: booleans of shape (n,)."""
    return predict(model, features) >= threshold


def measure(targets: Tensor, decisions: Tensor) -> dict[str, float]:
    """Return precision, recall and F1 of the positive class over all examples, 0.0 where one is undefined."""
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
    metrics = measure(test_y, decide(model, test_x))
    return lambda raw: decide(model, transform(raw)), metrics
