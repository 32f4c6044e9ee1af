"""What decides how `assignment/pipeline.py` trains: the loss, the model's outputs, and the steps of `fit`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hidden_tests.compare import close, equal
from hidden_tests.observations.broken_pipeline import Loss, Outputs, Training
from hidden_tests.oracle import Floats, cross_entropy
from hidden_tests.rows import one_each, row_numbers

# Measured: repaired pipelines are within 1e-8 of the oracle's loss; the nearest wrong one is 15 % away.
LOSS_RTOL = 1e-3
# Of a row in another place of the batch. Measured: outputs of repaired pipelines are equal; those of a model that mixes
# rows differ by almost 1.
OUTPUT_TOLERANCE = 1e-3
# Measured: in repaired pipelines, gradients of about 0.01 in size are within 1e-6 of their batches'; the nearest wrong
# one is 0.015 away. A small penalty on the weights is in between.
GRADIENT_TOLERANCE = 1e-3
# `fit` may keep rows back to stop early.
LEAST_TRAINED = 0.5


@dataclass(frozen=True, kw_only=True)
class ObservedLoss:
    """The loss of one batch."""

    observed: Loss
    logits: Floats
    targets: Floats
    weight: float  # n_neg / n_pos of the training labels

    def with_weight(self, weight: float) -> float:
        """Return the mean cross-entropy of the batch in which a positive counts `weight` times."""
        return float(np.mean(np.where(self.targets == 1.0, weight, 1.0) * cross_entropy(self.logits, self.targets)))

    def is_with_weight(self, weight: float) -> bool:
        """Return whether the returned value is the cross-entropy with this weight."""
        return close(self.observed.value.number, self.with_weight(weight), rtol=LOSS_RTOL, atol=0.0)

    @property
    def is_right(self) -> bool:
        """Return whether a positive counts n_neg / n_pos times."""
        return self.is_with_weight(self.weight)

    @property
    def spoils_training(self) -> bool:
        """Return whether a model is trained with another loss. A result that is not a number cannot be trained with."""
        return self.observed.value.kind == "number" and not self.is_right


@dataclass(frozen=True, kw_only=True)
class Models:
    """The outputs of several models for the same rows, in two orders."""

    outputs: Sequence[Outputs]
    order: NDArray[np.int64]  # of the rows in the second call

    @property
    def has_a_number_for_each_row(self) -> bool:
        """Return whether each output has the shape (b,) or (b, 1)."""
        rows = len(self.order)
        return all(one_each(output, rows) is not None for of in self.outputs for output in (of.plain, of.reordered))

    @property
    def is_flat(self) -> bool:
        """Return whether each output has the shape (b,)."""
        return all(output.shape == self.order.shape for of in self.outputs for output in (of.plain, of.reordered))

    @property
    def depends_on_its_input(self) -> bool:
        """Return whether outputs are finite and differ between rows and between models."""
        plain = [of.plain.reshape(len(self.order)) for of in self.outputs]
        each = all(bool(np.isfinite(output).all()) and len(np.unique(output)) > 1 for output in plain)
        return each and len({output.tobytes() for output in plain}) == len(plain)

    @property
    def range(self) -> tuple[float, float]:
        """Return the least and the greatest output."""
        every = np.concatenate([of.plain.reshape(len(self.order)) for of in self.outputs])
        return float(every.min()), float(every.max())

    @property
    def exceeds_probabilities(self) -> bool:
        """Return whether an output is below 0 or above 1, as no probability is."""
        low, high = self.range
        return low < 0.0 or high > 1.0

    @property
    def treats_rows_separately(self) -> bool:
        """Return whether a row's output is the same wherever it stands in the batch."""
        return all(
            close(
                of.reordered,
                of.plain[self.order],
                rtol=OUTPUT_TOLERANCE,
                atol=OUTPUT_TOLERANCE * float(np.abs(of.plain).max()),
            )
            for of in self.outputs
        )

    @property
    def spoils_training(self) -> bool:
        """Return whether the outputs are not one logit for each row."""
        return not (
            self.has_a_number_for_each_row
            and self.is_flat
            and self.depends_on_its_input
            and self.exceeds_probabilities
            and self.treats_rows_separately
        )

    @property
    def shape_message(self) -> str:
        """Return the first shape that is not (b,)."""
        outputs = [output for of in self.outputs for output in (of.plain, of.reordered)]
        shape = next((output.shape for output in outputs if output.shape != self.order.shape), ())
        return f"for {len(self.order)} rows the model's output has the shape {shape}"


@dataclass(frozen=True)
class Fit:
    """A training of w·x with the mean logit as loss, so that a batch's gradient is the mean of its features."""

    labels: Floats  # of all rows
    training: Training

    @cached_property
    def batches(self) -> list[tuple[Floats, Floats]]:
        """Return the features of each batch, the row's number first, and its targets."""
        found, row, target = [], 0, 0
        for batch in self.training.batches:
            features = self.training.features[row : row + batch.rows]
            found.append((features, self.training.targets[target : target + batch.targets]))
            row, target = row + batch.rows, target + batch.targets
        return found

    @cached_property
    def rows(self) -> list[tuple[list[int], Floats]]:
        """Return the numbers of each batch's rows, -1 for a row that was not in the input, and its targets."""
        return [
            (row_numbers(features[:, 0], len(self.labels)).tolist(), targets)
            for features, targets in self.batches
            if len(features)
        ]

    @property
    def keeps_labels(self) -> bool:
        """Return whether each row came with its own label."""
        return all(self._keeps_labels(*batch) for batch in self.rows)

    def _keeps_labels(self, rows: Sequence[int], targets: Floats) -> bool:
        return len(targets) == len(rows) and -1 not in rows and equal(targets > 0.5, self.labels[rows] > 0.5)

    @property
    def labels_message(self) -> str:
        """Return the first batch in which a row has another row's label."""
        wrong = next((i for i, batch in enumerate(self.rows) if not self._keeps_labels(*batch)), 0)
        rows, targets = self.rows[wrong]
        return f"batch {wrong} has {len(rows)} rows and {len(targets)} labels, which are not theirs"

    @property
    def share(self) -> float:
        """Return the share of the rows that were trained on in the first two epochs."""
        return len({row for rows, _ in self.rows for row in rows} - {-1}) / len(self.labels)

    @property
    def trains_on_most_rows(self) -> bool:
        """Return whether more than half of the rows were trained on."""
        return self.share > LEAST_TRAINED

    @cached_property
    def gradients(self) -> list[tuple[Floats, list[Floats]]]:
        """Return the gradient of each step that followed one, and those of the batches since the step before."""
        found = []
        start = 0
        for step in self.training.steps:
            if step.gradient is not None:
                own = [features[:, 1:].mean(0) for features, _ in self.batches[start : step.batches] if len(features)]
                found.append((step.gradient, own))
            start = step.batches
        return found

    @property
    def steps(self) -> int:
        """Return how often the parameters changed along a gradient."""
        return len(self.gradients)

    @property
    def has_trained(self) -> bool:
        """Return whether there was more than one step."""
        return self.steps > 1

    @property
    def follows_each_batch(self) -> bool:
        """Return whether each step is along the gradient of the batches since the step before."""
        return all(is_of_batches(gradient, own) for gradient, own in self.gradients)

    @property
    def spoils_training(self) -> bool:
        """Return whether a model learns something else than its batches. Without a loss, there is nothing to judge."""
        return bool(self.training.batches) and not (
            self.has_trained and self.keeps_labels and self.trains_on_most_rows and self.follows_each_batch
        )


def is_of_batches(gradient: Floats, own: Sequence[Floats]) -> bool:
    """Return whether a gradient is that of the latest batch, or the sum or mean of all batches since the last step."""
    if not own:
        return False
    total = np.sum(own, axis=0)
    return any(is_gradient(gradient, expected) for expected in (own[-1], total, total / len(own)))


def is_gradient(gradient: Floats, expected: Floats) -> bool:
    """Return whether two gradients agree, a small penalty on the weights aside."""
    return close(gradient, expected, rtol=GRADIENT_TOLERANCE, atol=GRADIENT_TOLERANCE)
