# {% if starter %}
# {{ '"""Follow-ups: optional, in any order, each a bonus. Skipping one costs nothing."""' }}
# {% else %}
"""The follow-ups."""
# {% endif %}

from pathlib import Path

import torch
from torch import Tensor, nn


def best_threshold(targets: Tensor, probabilities: Tensor) -> float:
    """F1: return the threshold at which `probabilities >= threshold` has the highest F1.

    Args:
        targets: shape (n,), float32, each 0.0 or 1.0.
        probabilities: shape (n,), float32, each from 0.0 to 1.0; equal ones are frequent.
    """
    # {% if starter %}
    # {{ 'raise NotImplementedError("Follow-up F1: best_threshold (assignment/followups.py)")' }}
    # {% else %}
    order = torch.argsort(probabilities, descending=True)
    sorted_probabilities, hits = probabilities[order], targets[order].cumsum(0)
    predicted = torch.arange(1, len(order) + 1)
    f1 = 2 * hits / (predicted + targets.sum())
    # A threshold accepts all of a group of equal probabilities, or none.
    last_of_group = torch.cat([sorted_probabilities[1:] != sorted_probabilities[:-1], torch.tensor([True])])
    f1[~last_of_group] = -1.0
    return float(sorted_probabilities[f1.argmax()])
    # {% endif %}


def oversample(features: Tensor, labels: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """F2: return the examples with synthetic rows of the minority class added, until both classes have the same count.

    SMOTE (Chawla et al. 2002, arXiv:1106.1813): each synthetic row lies between a row of the minority class and one of
    its nearest neighbours of that class. The originals are kept, and the same seed gives the same rows.

    Args:
        features: shape (n, d), float32.
        labels: shape (n,), float32, each 0.0 or 1.0; the minority class has at least six rows.
        seed: random seed.
    """
    # {% if starter %}
    # {{ 'raise NotImplementedError("Follow-up F2: oversample (assignment/followups.py)")' }}
    # {% else %}
    generator = torch.Generator().manual_seed(seed)
    label = 1.0 if labels.mean() < 0.5 else 0.0
    minority = features[labels == label]
    missing = len(labels) - 2 * len(minority)
    distances = torch.cdist(minority, minority).fill_diagonal_(torch.inf)
    neighbours = distances.topk(5, largest=False).indices
    rows = torch.randint(len(minority), (missing,), generator=generator)
    others = neighbours[rows, torch.randint(5, (missing,), generator=generator)]
    share = torch.rand(missing, 1, generator=generator)
    synthetic = minority[rows] + share * (minority[others] - minority[rows])
    return torch.cat([features, synthetic]), torch.cat([labels, torch.full((missing,), label)])
    # {% endif %}


def build_improved(train_features: Tensor, train_labels: Tensor, seed: int) -> nn.Module:
    """F3: train and return a model, raw features (b, d) to logits (b,), whose F1 at logits of at least 0 is high.

    On an unseen split, it must be at least twice that of a baseline: a linear model, trained to convergence
    on standardized features without weights. It may take at most one minute.

    Args:
        train_features: shape (n, d), float32; the features have scales of their own.
        train_labels: shape (n,), float32, each 0.0 or 1.0, one in five positive.
        seed: random seed.
    """
    # {% if starter %}
    # {{ 'raise NotImplementedError("Follow-up F3: build_improved (assignment/followups.py)")' }}
    # {% else %}
    torch.manual_seed(seed)
    model = _Standardized(train_features)
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=(train_labels == 0).sum() / (train_labels == 1).sum())
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(25):
        for rows in torch.randperm(len(train_labels)).split(64):
            optimizer.zero_grad()
            loss_fn(model(train_features[rows]), train_labels[rows]).backward()
            optimizer.step()
    return model.eval()
    # {% endif %}


# {% if not starter %}


class _Standardized(nn.Module):
    """A multilayer perceptron that scales its features itself."""

    def __init__(self, features: Tensor, hidden: int = 64) -> None:
        super().__init__()
        self.mean: Tensor
        self.deviation: Tensor
        self.register_buffer("mean", features.mean(0))
        self.register_buffer("deviation", features.std(0))
        width = features.shape[1]
        self.layers = nn.Sequential(
            nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 1)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (b, d) to (b,)."""
        logits: Tensor = self.layers((features - self.mean) / self.deviation)
        return logits.squeeze(-1)


# The allowed layers of a saved model: class and constructor arguments.
_LAYERS: dict[str, tuple[type[nn.Module], tuple[str, ...]]] = {
    "Linear": (nn.Linear, ("in_features", "out_features")),
    "ReLU": (nn.ReLU, ()),
    "BatchNorm1d": (nn.BatchNorm1d, ("num_features",)),
    "Dropout": (nn.Dropout, ("p",)),
    "Flatten": (nn.Flatten, ("start_dim",)),
}
# {% endif %}


def save_model(model: nn.Module, path: str | Path) -> None:
    """F4: save a model so that `load_model` can restore it in another process, from the path alone.

    Args:
        model: an `nn.Sequential` of Linear (with bias), ReLU, BatchNorm1d, Dropout and Flatten layers, of which the
            first is a Linear.
        path: the file to write; its folder exists.
    """
    # {% if starter %}
    # {{ 'raise NotImplementedError("Follow-up F4: save_model (assignment/followups.py)")' }}
    # {% else %}
    layers = []
    for layer in model.children():
        name = type(layer).__name__
        layers.append((name, [getattr(layer, argument) for argument in _LAYERS[name][1]]))
    torch.save({"layers": layers, "state": model.state_dict()}, path)
    # {% endif %}


def load_model(path: str | Path) -> nn.Module:
    """F4: return the saved model, in evaluation mode; no code from the file is run, whatever it contains."""
    # {% if starter %}
    # {{ 'raise NotImplementedError("Follow-up F4: load_model (assignment/followups.py)")' }}
    # {% else %}
    saved = torch.load(path, weights_only=True)
    model = nn.Sequential(*(_LAYERS[name][0](*arguments) for name, arguments in saved["layers"]))
    model.load_state_dict(saved["state"])
    return model.eval()
    # {% endif %}


def predict(model: nn.Module, features: Tensor) -> Tensor:
    """F4: return the probabilities, shape (n,), of features (n, d), in evaluation mode.

    Raises:
        ValueError: a feature is NaN, or d is not the model's number of features.
    """
    # {% if starter %}
    # {{ 'raise NotImplementedError("Follow-up F4: predict (assignment/followups.py)")' }}
    # {% else %}
    width = next(layer.in_features for layer in model.modules() if isinstance(layer, nn.Linear))
    if features.ndim != 2 or features.shape[1] != width:
        raise ValueError(f"expected features of shape (n, {width}), got {tuple(features.shape)}")
    if features.isnan().any():
        raise ValueError("features contain NaN")
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))
    # {% endif %}
