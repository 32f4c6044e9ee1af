"""The TODOs of the exercise: each function is a contract, and what is inside is yours."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader


def make_loss(train_labels: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """Return a loss for imbalanced labels, weighted by how imbalanced they are.

    Args:
        train_labels: labels of the training split, shape (n,), float32, each 0.0 or 1.0.

    Returns:
        `loss_fn(logits, targets)`, both of shape (b,) and float32: a scalar, the mean over the batch of the binary
        cross-entropy on logits in which a positive example counts `n_neg / n_pos` times. Value and gradient are
        accurate for logits up to ±200.

    Example:
        With one positive in five, a positive counts four times as much as a negative:

        >>> loss_fn = make_loss(torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0]))
        >>> loss_fn(torch.tensor([0.0]), torch.tensor([1.0]))  # 4 · ln 2
        tensor(2.7726)
    """
    raise NotImplementedError("TODO 1 of 3: make_loss (assignment/exercise.py)")


def train_epoch(
    model: nn.Module,
    loader: DataLoader[tuple[Tensor, ...]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
) -> float:
    """Train the model for one pass over the loader.

    Args:
        model: maps features (b, d) to logits (b,). It may arrive in any mode.
        loader: yields features (b, d) and targets (b,), both float32. The last batch may be smaller.
        loss_fn: maps logits (b,) and targets (b,) to a scalar.
        optimizer: holds the model's parameters.

    Returns:
        The mean loss of the epoch, averaged over batches or over samples.

    Example:
        A model whose logit is its weight, here 0, times the one feature, and a squared error that is easy to follow:

        >>> model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Flatten(0))
        >>> _ = nn.init.zeros_(model[0].weight)
        >>> loader = DataLoader([(torch.tensor([2.0]), torch.tensor(1.0))] * 2, batch_size=2)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> train_epoch(model, loader, nn.MSELoss(), optimizer)  # (0 · 2 - 1)²
        1.0
        >>> round(model[0].weight.item(), 4)  # 0 - 0.1 · 2 · (0 · 2 - 1) · 2
        0.4
    """
    raise NotImplementedError("TODO 2 of 3: train_epoch (assignment/exercise.py)")


def evaluate(model: nn.Module, loader: DataLoader[tuple[Tensor, ...]], threshold: float = 0.5) -> dict[str, float]:
    """Measure the model on everything that the loader yields.

    Args:
        model: maps features (b, d) to logits (b,). It may arrive in any mode.
        loader: yields features (b, d) and targets (b,), both float32. It may shuffle: each pass can come in another
            order.
        threshold: an example counts as positive if its probability, the sigmoid of its logit, is at least this,
            0 < threshold < 1.

    Returns:
        `{"precision": …, "recall": …, "f1": …}` of the positive class over the whole loader, each from 0.0 to 1.0, and
        0.0 where a ratio is undefined.

    Example:
        Three of four positives found, one false alarm:

        >>> model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Flatten(0))
        >>> _ = nn.init.ones_(model[0].weight)  # so that the logit is the feature
        >>> examples = [(3.0, 1.0), (2.0, 1.0), (1.0, 1.0), (-1.0, 1.0), (2.0, 0.0), (-3.0, 0.0)]
        >>> loader = DataLoader([(torch.tensor([x]), torch.tensor(y)) for x, y in examples], batch_size=6)
        >>> evaluate(model, loader)
        {'precision': 0.75, 'recall': 0.75, 'f1': 0.75}
    """
    raise NotImplementedError("TODO 3 of 3: evaluate (assignment/exercise.py)")
