"""What the probe `broken_pipeline` observes of the functions of `assignment/pipeline.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from grading.run.observations import AtMost, Count, Floats, Observation, ReturnedNumber, Sized, Values
from hidden_tests.compare import close, equal
from hidden_tests.describe import describe
from hidden_tests.oracle import METRICS, sigmoid
from hidden_tests.rows import one_each, row_numbers

# Dividing by n or by n - 1, or adding a little to the deviation, is right as well. Measured: repaired pipelines differ
# by at most 0.12 times this, the nearest wrong scaling by 53 times.
SCALING_RTOL, SCALING_ATOL = 0.01, 0.02
# Measured: repaired pipelines are within 6e-8 of the oracle's probabilities; the nearest wrong ones are 0.4 away.
PROBABILITY_ATOL = 1e-4
# Measured: repaired pipelines are within 3e-8 of the oracle's metrics; the nearest wrong ones are 0.15 away.
METRIC_ATOL = 1e-3
# What a function returns may have any shape: the tests report a wrong one. The probe sends no more than this.
MOST_RETURNED = 20_000
# The probe records so many times the rows of a training, and so many events: enough to judge it.
RECORDED_EPOCHS, MOST_EVENTS = 2, 2000

Returned = Annotated[Floats, Values(most=MOST_RETURNED)]


class SplitParts(Observation, frozen=True, kw_only=True):
    """What one call of `split` returned."""

    train_features: Returned
    train_labels: Returned
    test_features: Returned
    test_labels: Returned


class Splits(Observation, frozen=True, kw_only=True):
    """Calls of `split`, one for each seed."""

    parts: Annotated[list[SplitParts], Sized()]


class Standardized(Observation, frozen=True, kw_only=True):
    """What `standardize` returned, and other features as the returned function scaled them."""

    train: Returned
    test: Returned
    other: Returned


class Loss(Observation, frozen=True, kw_only=True):
    """The loss of one batch, by the function that `make_loss` returned."""

    value: ReturnedNumber


class Outputs(Observation, frozen=True, kw_only=True):
    """The outputs of one model, whose parameters were changed at random, in evaluation mode."""

    plain: Returned  # for the features as they are
    reordered: Returned  # for the same rows in another order


class Models(Observation, frozen=True, kw_only=True):
    """Models of `build_model`, one for each seed."""

    outputs: Annotated[list[Outputs], Sized()]


class Batch(Observation, frozen=True, kw_only=True):
    """A call of the loss function in `fit`."""

    rows: Count  # that the model got for it
    targets: Count  # that came with them


class Step(Observation, frozen=True, kw_only=True):
    """A change of the model's parameters in `fit`."""

    batches: Count  # that were recorded before it
    gradient: Annotated[Floats | None, Values("weights")]  # of the parameters; None if there was none


class Training(Observation, frozen=True, kw_only=True):
    """The recorded part of one call of `fit`."""

    batches: Annotated[list[Batch], Meta(max_length=MOST_EVENTS)]
    features: Annotated[Floats, Values(AtMost("recorded"), "columns")]  # of the rows of all batches, in order
    targets: Annotated[Floats, Values(AtMost("recorded"))]  # of all batches
    steps: Annotated[list[Step], Meta(max_length=MOST_EVENTS)]


class Probabilities(Observation, frozen=True, kw_only=True):
    """What `predict` returned."""

    probabilities: Returned


class Decisions(Observation, frozen=True, kw_only=True):
    """What `decide` returned, 0 or 1 where it was boolean, for each threshold."""

    decisions: Annotated[list[Floats], Values(most=MOST_RETURNED), Sized()]


class Measured(Observation, frozen=True, kw_only=True):
    """What `measure` returned."""

    precision: ReturnedNumber
    recall: ReturnedNumber
    f1: ReturnedNumber

    @property
    def numbers(self) -> dict[str, float]:
        """Return the metrics by name, NaN for a metric that is not a number."""
        return {name: getattr(self, name).number for name in METRICS}

    def agrees(self, expected: Mapping[str, float]) -> bool:
        """Return whether all three metrics are the expected ones."""
        found = list(self.numbers.values())
        return close(found, [expected[name] for name in METRICS], rtol=0.0, atol=METRIC_ATOL)


class Run(Observation, frozen=True, kw_only=True):
    """The metrics that `run` returned, and the rows that it trained on."""

    metrics: Measured
    fitted: Annotated[Floats, Values(AtMost("rows", 4))]  # the last feature of each row that `fit` got


class Whole(Observation, frozen=True, kw_only=True):
    """The decisions of the function that `run` returned."""

    decisions: Returned


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """The features that `standardize` got, and the features that it returned."""

    inputs: Mapping[str, Floats]  # train, test and other
    outputs: Mapping[str, Floats]

    def is_scaled_by(self, name: str, *known: str) -> bool:
        """Return whether features were scaled by the mean and the standard deviation of the known ones."""
        by = np.concatenate([self.inputs[other] for other in known])
        expected = (self.inputs[name] - by.mean(0)) / by.std(0)
        output = self.outputs[name]
        return output.shape == expected.shape and close(output, expected, rtol=SCALING_RTOL, atol=SCALING_ATOL)

    @property
    def wrong(self) -> str | None:
        """Return the first features that are not scaled by the training split; None if all are."""
        return next((name for name in self.inputs if not self.is_scaled_by(name, "train")), None)

    @property
    def message(self) -> str:
        """Return how the first wrong features differ from the expected ones."""
        name = self.wrong or "train"
        output, features, train = self.outputs[name], self.inputs[name], self.inputs["train"]
        if output.shape != features.shape:
            return f"{name} features of shape {features.shape} have the shape {output.shape} afterwards"
        expected = (features.mean(0) - train.mean(0)) / train.std(0)
        return f"{name} features have the mean {describe(output.mean(0))}, expected {describe(expected)}"


def decides(decisions: Floats, expected: NDArray[np.bool_], logits: Floats, threshold: float) -> bool:
    """Return whether there is the expected decision for each logit that is not at the threshold itself."""
    found = one_each(decisions, len(logits))
    clear = np.abs(sigmoid(logits) - threshold) > PROBABILITY_ATOL
    return found is not None and equal((found > 0.5)[clear], expected[clear])


@dataclass(frozen=True, kw_only=True)
class ObservedRun:
    """What `run` returned, and the metrics of each split."""

    observed: Run
    expected: Mapping[str, Mapping[str, float]]  # of test, train and all
    test_rows: range  # the numbers of the test rows

    @property
    def has_trained(self) -> bool:
        """Return whether `fit` got any row."""
        return self.observed.fitted.size > 0

    @property
    def spares_the_test_split(self) -> bool:
        """Return whether `fit` got no test row."""
        return not set(row_numbers(self.observed.fitted, self.test_rows.stop).tolist()) & set(self.test_rows)

    @property
    def message(self) -> str:
        """Return the returned and the expected metrics."""
        return f"run returned {describe(self.observed.metrics.numbers)}, expected {describe(self.expected['test'])}"
