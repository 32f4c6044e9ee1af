"""The correct results, in numpy and double precision: slow, simple, and independent of torch and of every solution."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

METRICS = ("precision", "recall", "f1")


def sigmoid(logits: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)), without overflow."""
    return np.exp(-np.logaddexp(0.0, -logits))


def cross_entropy(logits: Floats, targets: Floats) -> Floats:
    """Return the binary cross-entropy of each example, in nats.

    It is log(1 + exp(-x)) for positives and log(1 + exp(x)) for negatives.
    """
    return np.logaddexp(0.0, np.where(targets == 1.0, -logits, logits))


def cross_entropy_slope(logits: Floats, targets: Floats) -> Floats:
    """Return the derivative of `cross_entropy` with respect to each logit."""
    return sigmoid(logits) - targets


def ratio(labels: Floats) -> float:
    """Return the number of negatives per positive among the labels: what a positive example weighs."""
    return float(np.sum(labels == 0.0) / np.sum(labels == 1.0))


@dataclass(frozen=True, kw_only=True)
class Epoch:
    """One pass of stochastic gradient descent over a linear model with weighted cross-entropy."""

    features: Floats  # (n, d)
    targets: Floats  # (n,)
    batch_size: int
    parameters: Floats  # (d + 1,): the weights, then the bias, before the epoch
    scale: Floats  # (d,): what training mode multiplies the features by
    evaluation_scale: Floats  # (d,): what evaluation mode multiplies them by
    pos_weight: float
    lr: float
    momentum: float

    @property
    def batches(self) -> list[slice]:
        """Return the rows of each batch, in order; the last batch may be smaller."""
        return [slice(start, start + self.batch_size) for start in range(0, len(self.targets), self.batch_size)]

    @property
    def sizes(self) -> list[int]:
        """Return how many rows each batch has."""
        return [len(self.rows_of(rows)) for rows in self.batches]

    def rows_of(self, batch: slice) -> range:
        """Return the numbers of the rows of a batch."""
        return range(*batch.indices(len(self.targets)))

    def logits(self, parameters: Floats, rows: NDArray[np.intp] | slice, *, training: bool) -> Floats:
        """Return the logits of the rows, shape (b,)."""
        logits: Floats = self._inputs(rows, training=training) @ parameters[:-1] + parameters[-1]
        return logits

    def loss(self, logits: Floats, rows: NDArray[np.intp] | slice) -> float:
        """Return the mean weighted cross-entropy of the rows."""
        return float(np.mean(self._weights(rows) * cross_entropy(logits, self.targets[rows])))

    def gradient(
        self, logits: Floats, rows: NDArray[np.intp] | slice, *, training: bool, slope: Floats | float = 1.0
    ) -> Floats:
        """Return the gradient of the mean loss with respect to the parameters, shape (d + 1,).

        Args:
            logits: the input of the loss, shape (b,).
            rows: which examples these are.
            training: the model's mode.
            slope: derivative of the loss's input with respect to the model's output.
        """
        slopes = self._weights(rows) * cross_entropy_slope(logits, self.targets[rows]) * slope / len(logits)
        return np.append(self._inputs(rows, training=training).T @ slopes, slopes.sum())

    def run(self, *, training: bool) -> tuple[Floats, list[float]]:
        """Return the parameters after the epoch and the loss of each batch."""
        *before, final = self.trajectory(training=training)
        return final, self.losses(before, training=training)

    def trajectory(self, *, training: bool) -> list[Floats]:
        """Return the parameters before the epoch and after each batch."""
        return [self.parameters, *(parameters for _, parameters in self._steps(training=training))]

    def gradients(self, *, training: bool) -> list[Floats]:
        """Return the gradient of each batch's loss, where the parameters stand then."""
        return [gradient for gradient, _ in self._steps(training=training)]

    def _steps(self, *, training: bool) -> Iterator[tuple[Floats, Floats]]:
        """Yield each batch's gradient and the parameters after its step (PyTorch's SGD: v = m v + g, p -= lr v)."""
        parameters, velocity = self.parameters, np.zeros_like(self.parameters)
        for rows in self.batches:
            gradient = self.gradient(self.logits(parameters, rows, training=training), rows, training=training)
            velocity = self.momentum * velocity + gradient
            parameters = parameters - self.lr * velocity
            yield gradient, parameters

    def losses(self, parameters: Sequence[Floats], *, training: bool) -> list[float]:
        """Return the loss of each batch, measured in a mode, with the parameters of that batch."""
        return [
            self.loss(self.logits(of_batch, rows, training=training), rows)
            for of_batch, rows in zip(parameters, self.batches, strict=True)
        ]

    def _inputs(self, rows: NDArray[np.intp] | slice, *, training: bool) -> Floats:
        return self.features[rows] * (self.scale if training else self.evaluation_scale)

    def _weights(self, rows: NDArray[np.intp] | slice) -> Floats:
        return np.where(self.targets[rows] == 1.0, self.pos_weight, 1.0)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer of a network in evaluation mode, by torch's names."""

    kind: str  # Linear, BatchNorm1d, ReLU or Dropout
    values: Mapping[str, Floats]  # parameters and buffers

    def __call__(self, inputs: Floats) -> Floats:
        """Return the outputs of the layer for inputs of shape (n, d)."""
        values = self.values
        match self.kind:
            case "Linear":
                outputs: Floats = inputs @ values["weight"].T + values["bias"]
                return outputs
            case "BatchNorm1d":
                scaled = (inputs - values["running_mean"]) / np.sqrt(values["running_var"] + 1e-5)
                return scaled * values["weight"] + values["bias"]
            case "ReLU":
                return np.maximum(inputs, 0.0)
            case _:
                return inputs


def network_logits(layers: Sequence[Layer], features: Floats) -> Floats:
    """Return the logits, shape (n,), of a network for features (n, d)."""
    for layer in layers:
        features = layer(features)
    return features.reshape(len(features))


def metrics(predicted: Bools, targets: Floats) -> dict[str, float]:
    """Return precision, recall and F1 of the positive class; 0.0 where a ratio is undefined."""
    positive = targets == 1.0
    hits = float(np.sum(predicted & positive))
    precision, recall = _divided(hits, predicted.sum()), _divided(hits, positive.sum())
    return {"precision": precision, "recall": recall, "f1": _divided(2 * precision * recall, precision + recall)}


def _divided(part: float, whole: np.number | float) -> float:
    return float(part / float(whole)) if whole else 0.0
