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
    # {% if level in ("junior", "mid") %}

    Example:
        With one positive in five, a positive counts four times as much as a negative:

        >>> loss_fn = make_loss(torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0]))
        >>> loss_fn(torch.tensor([0.0]), torch.tensor([1.0]))  # 4 · ln 2
        tensor(2.7726)
    # {% endif %}
    """
    # {% if starter %}
    # {% if level == "junior" %}
    # 1. Count the positive and the negative labels. Of tensors, so that their ratio is a tensor too.
    # 2. torch.nn has a loss that takes logits, not probabilities, and a weight for the positive class.
    #    Read in its documentation what that weight means before you decide which way round to divide.
    # {% endif %}
    # {{ todo("make_loss") }}
    # {% else %}
    positives = train_labels.sum()
    negatives = len(train_labels) - positives
    return nn.BCEWithLogitsLoss(pos_weight=negatives / positives)
    # {% endif %}


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
    # {% if level in ("junior", "mid") %}

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
    # {% endif %}
    """
    # {% if level == "junior" or not starter %}
    model.train()
    # {% endif %}
    # {% if starter %}
    # {% if level == "junior" %}
    # For each batch of the loader:
    # 1. forget the gradients of the batch before,
    # 2. compute the logits and from them the loss: loss_fn takes logits first,
    # 3. compute the gradients, then let the optimizer take its step,
    # 4. add the loss to a sum, as a plain number: what would keeping the tensor keep alive?
    # Then return the mean, not the last loss and not the sum.
    # {% endif %}
    # {{ todo("train_epoch") }}
    # {% else %}
    total = 0.0
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total / len(loader)
    # {% endif %}


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
    # {% if level in ("junior", "mid") %}

    Example:
        Three of four positives found, one false alarm:

        >>> model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Flatten(0))
        >>> _ = nn.init.ones_(model[0].weight)  # so that the logit is the feature
        >>> examples = [(3.0, 1.0), (2.0, 1.0), (1.0, 1.0), (-1.0, 1.0), (2.0, 0.0), (-3.0, 0.0)]
        >>> loader = DataLoader([(torch.tensor([x]), torch.tensor(y)) for x, y in examples], batch_size=6)
        >>> evaluate(model, loader)
        {'precision': 0.75, 'recall': 0.75, 'f1': 0.75}
    # {% endif %}
    """
    # {% if not starter %}
    was_training = model.training
    # {% endif %}
    # {% if level == "junior" or not starter %}
    model.eval()
    # {% endif %}
    # {% if starter %}
    # {% if level == "junior" %}
    # 1. Measuring needs no gradients: torch has a context for that.
    # 2. For each batch: from logits to probabilities, and from these and the threshold to predictions.
    # 3. Gather predictions and targets over all batches, and only then compute precision, recall and F1: the mean of
    #    the batches' values is something else.
    # 4. What should each be when its denominator is 0?
    # {% endif %}
    # {{ todo("evaluate") }}
    # {% else %}
    hits = predicted = actual = 0
    with torch.no_grad():
        for features, targets in loader:
            positive = torch.sigmoid(model(features)) >= threshold
            hits += int((positive & (targets == 1)).sum())
            predicted += int(positive.sum())
            actual += int((targets == 1).sum())
    model.train(was_training)

    precision = hits / predicted if predicted else 0.0
    recall = hits / actual if actual else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
    # {% endif %}


# {% if level == "senior" %}


def make_sampler(train_labels: Tensor) -> torch.utils.data.WeightedRandomSampler:
    """Return a sampler under which both classes are drawn with equal probability.

    Args:
        train_labels: labels of the training split, shape (n,), float32, each 0.0 or 1.0; both classes are there.

    Returns:
        A sampler of indices into the training split, with replacement, n draws an epoch.
    """
    # {% if starter %}
    # {{ todo("make_sampler") }}
    # {% else %}
    positive = train_labels == 1
    weights = torch.where(positive, 1 / positive.sum(), 1 / (~positive).sum())
    return torch.utils.data.WeightedRandomSampler(weights.tolist(), num_samples=len(train_labels), replacement=True)
    # {% endif %}


# {% endif %}
# {% if level == "researcher" %}


class FocalLoss(nn.Module):
    """The mean focal loss on logits: -α_t (1 - p_t)^γ ln p_t (Lin et al. 2017, arXiv:1708.02002, equation 5).

    p_t is the probability that the model gives to the right class, α_t is `alpha` for positives and `1 - alpha` for
    negatives, and 1 for both if `alpha` is None. With gamma = 0 and alpha = None it is binary cross-entropy.

    Args:
        gamma: how strongly examples that are easy already are discounted, at least 0.
        alpha: weight of the positive class, 0 to 1, or None.
    """

    def __init__(self, gamma: float = 2.0, alpha: float | None = None) -> None:
        super().__init__()
        # {% if starter %}
        # {{ todo("FocalLoss") }}
        # {% else %}
        self.gamma = gamma
        self.alpha = alpha
        # {% endif %}

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return the mean over the batch of logits (b,) and targets (b,): a scalar, accurate for logits up to ±200."""
        # {% if starter %}
        # {{ todo("FocalLoss") }}
        # {% else %}
        # p_t is the sigmoid of this: neither it nor 1 - p_t is rounded to 0 or 1 before a logarithm is taken.
        signed = torch.where(targets == 1, logits, -logits)
        discount = torch.exp(self.gamma * nn.functional.logsigmoid(-signed))
        losses = -discount * nn.functional.logsigmoid(signed)
        if self.alpha is not None:
            losses = torch.where(targets == 1, self.alpha, 1 - self.alpha) * losses
        return losses.mean()
        # {% endif %}


def track_training(
    model: nn.Module,
    train_loader: DataLoader[tuple[Tensor, ...]],
    test_loader: DataLoader[tuple[Tensor, ...]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: Optimizer,
    epochs: int,
) -> str:
    """Train for some epochs, with each of them logged to MLflow, and return the run's id.

    The tracking URI comes from the environment (MLFLOW_TRACKING_URI) and the experiment is the default one; no run is
    active at entry. Logged are the parameter `epochs` and, after each epoch and with its `step`, the metrics
    `train_loss` (that of `train_epoch`) and `precision`, `recall` and `f1` (those of `evaluate` on the test loader).

    The run is over when this returns. If training raises, the exception propagates, and the run ends as FAILED.
    """
    # {% if starter %}
    # {{ todo("track_training") }}
    # {% else %}
    import mlflow

    with mlflow.start_run() as run:  # ends the run as FAILED if its body raises
        mlflow.log_param("epochs", epochs)
        for epoch in range(epochs):
            loss = train_epoch(model, train_loader, loss_fn, optimizer)
            metrics = evaluate(model, test_loader)
            mlflow.log_metrics({"train_loss": loss, **metrics}, step=epoch)
    return str(run.info.run_id)
    # {% endif %}


# {% endif %}
