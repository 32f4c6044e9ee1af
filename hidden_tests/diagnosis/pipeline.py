"""What is wrong with each function of the pipeline, told from what it returned.

A planted defect is named plainly where the numbers are those that it gives; other wrong numbers get its id with a
variant that says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grading.run.explain import Cause
from hidden_tests.compare import close, equal
from hidden_tests.describe import describe
from hidden_tests.observations import broken_pipeline as seen
from hidden_tests.oracle import METRICS, Floats, cross_entropy, metrics, sigmoid
from hidden_tests.rows import one_each, row_numbers

TEST_SHARE = 0.25
# Rounding a quarter of each class up or down moves a row or two.
_ROUNDED_ROWS = 3
# Of the rows that `fit` is given it may keep some back, to stop by; more than half it trains on.
_LEAST_TRAINED = 0.5
# Between float32 and the oracle.
_ATOL = 1e-4
# Gradients of about 0.01, of which a penalty on the weights may change a little.
_GRADIENT_ATOL = 1e-3
# Sizes of batches that metrics may have been averaged over.
_BATCH_SIZES = (16, 20, 25, 32, 40, 50, 64, 100, 128, 200, 250, 256)


# --- split ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Split:
    """One call of `split` on rows that carry their number as first feature."""

    labels: Floats  # of all rows
    columns: int
    parts: seen.SplitParts

    @property
    def has_shapes(self) -> bool:
        """Whether there are features and labels of as many rows to train on, and to test on."""
        parts = self.parts
        pairs = (parts.train_features, parts.train_labels), (parts.test_features, parts.test_labels)
        return all(
            features.ndim == 2
            and features.shape[1] == self.columns
            and len(features) > 0
            and one_each(labels, len(features)) is not None
            for features, labels in pairs
        )

    @property
    def shapes_message(self) -> str:
        """What was returned instead."""
        parts = self.parts
        shapes = [parts.train_features.shape, parts.train_labels.shape, parts.test_features.shape]
        return f"split returned the shapes {', '.join(map(str, [*shapes, parts.test_labels.shape]))}"

    @cached_property
    def train(self) -> list[int]:
        """The numbers of the rows to train on, -1 for what is none of the rows."""
        numbers: list[int] = row_numbers(self.parts.train_features[:, 0], len(self.labels)).tolist()
        return numbers

    @cached_property
    def test(self) -> list[int]:
        """The numbers of the rows to test on, -1 for what is none of the rows."""
        numbers: list[int] = row_numbers(self.parts.test_features[:, 0], len(self.labels)).tolist()
        return numbers

    @property
    def holds_every_row_once(self) -> bool:
        """Whether each row is on one side."""
        return sorted(self.train + self.test) == list(range(len(self.labels)))

    @property
    def keeps_labels(self) -> bool:
        """Whether each row has its own label."""
        return all(
            -1 not in rows and equal(labels.reshape(len(rows)), self.labels[rows])
            for rows, labels in ((self.train, self.parts.train_labels), (self.test, self.parts.test_labels))
        )

    @property
    def is_a_sample(self) -> bool:
        """Whether so many rows are for testing that it shows how they were drawn."""
        return len(self.test) >= TEST_SHARE / 2 * len(self.labels)

    @property
    def is_a_quarter(self) -> bool:
        """Whether a quarter of the rows is for testing, rounding aside."""
        return abs(len(self.test) - TEST_SHARE * len(self.labels)) <= _ROUNDED_ROWS

    @property
    def keeps_shares(self) -> bool:
        """Whether both sides have as many positives in proportion, by the labels of the rows that are there.

        Rows and labels that were made up have any share.
        """
        share = float(self.labels.mean())
        return self.holds_only_rows and all(
            abs(float(self.labels[rows].sum()) - share * len(rows)) < 1.5 for rows in (self.train, self.test)
        )

    @property
    def holds_only_rows(self) -> bool:
        """Whether what is on each side are different rows of those that were given."""
        return all(-1 not in rows and len({*rows}) == len(rows) for rows in (self.train, self.test))

    @property
    def rows_message(self) -> str:
        """How the rows are spread."""
        lost = len(set(range(len(self.labels))) - {*self.train, *self.test})
        both = len({*self.train} & {*self.test} - {-1})
        counts = f"{len(self.train)} rows to train on and {len(self.test)} to test on, of {len(self.labels)}"
        return f"{counts}; {lost} on neither side, {both} on both"

    @property
    def shares_message(self) -> str:
        """How the positives are spread."""
        train, test = self.parts.train_labels, self.parts.test_labels
        sides = (
            f"{float(train.mean()):.1%} of {train.size} to train on, {float(test.mean()):.1%} of {test.size} to test"
        )
        return f"positive are {sides} on, where {float(self.labels.mean()):.1%} of all are"


def in_common(one: Split, other: Split) -> float:
    """Return the share of one's test rows that are the other's as well: about their share of all rows, by chance."""
    return len({*one.test} & {*other.test}) / len(one.test)


def are_drawn_apart(one: Split, other: Split) -> bool:
    """Whether the test rows have no more in common than halfway from what chance gives to everything."""
    by_chance = len(other.test) / len(other.labels)
    return in_common(one, other) < (1 + by_chance) / 2


def draw_mistakes(splits: Sequence[Split]) -> list[Cause]:
    """Explain splits of which the first two have one seed, and the third another."""
    first, again, other, *_ = splits
    if spoilt := _first_without(splits, lambda split: split.has_shapes):
        return [Cause("wrong-signature", detail=spoilt.shapes_message)]
    if spoilt := _first_without(splits, lambda split: split.holds_every_row_once):
        return [Cause("unshuffled-split", "lost-rows", spoilt.rows_message)]
    if not all(split.keeps_labels for split in splits):
        return [Cause("unshuffled-split", "labels-apart")]
    if spoilt := _first_without(splits, lambda split: split.is_a_sample):
        return [Cause("unstratified-split", "wrong-share", spoilt.rows_message)]
    if {*first.test} != {*again.test}:
        return [Cause("unshuffled-split", "unseeded")]
    same = f"{in_common(first, other):.0%} of the test rows are those of another seed"
    return [Cause("unshuffled-split", detail=same)]


def share_mistakes(splits: Sequence[Split]) -> list[Cause]:
    """Explain splits of another size, or with other shares of positives."""
    if spoilt := _first_without(splits, lambda split: split.has_shapes):
        return [Cause("wrong-signature", detail=spoilt.shapes_message)]
    if spoilt := _first_without(splits, lambda split: split.is_a_quarter):
        return [Cause("unstratified-split", "wrong-share", spoilt.rows_message)]
    if spoilt := _first_without(splits, lambda split: split.holds_only_rows):
        return [Cause("unshuffled-split", "lost-rows", spoilt.rows_message)]
    spoilt = _first_without(splits, lambda split: split.keeps_shares)
    return [Cause("unstratified-split", detail="" if spoilt is None else spoilt.shares_message)]


def _first_without(splits: Sequence[Split], has: Callable[[Split], bool]) -> Split | None:
    return next((split for split in splits if not has(split)), None)


# --- standardize ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """Features as they were given to `standardize` and as they came back."""

    inputs: Mapping[str, Floats]  # train, test and other
    outputs: Mapping[str, Floats]

    @property
    def is_by_training(self) -> bool:
        """Whether all were scaled by what the training split says."""
        return all(self.is_scaled_by(name, "train") for name in self.inputs)

    def is_scaled_by(self, name: str, *known: str) -> bool:
        """Whether features were scaled by the mean and the deviation of those that are known."""
        by = np.concatenate([self.inputs[other] for other in known])
        wanted = (self.inputs[name] - by.mean(0)) / by.std(0)
        # Dividing by n or by n - 1, or adding a little to the deviation, is all the same.
        return self.outputs[name].shape == wanted.shape and close(self.outputs[name], wanted, rtol=0.01, atol=0.02)

    @property
    def message(self) -> str:
        """What is the first that is not scaled by the training split."""
        name = next((name for name in self.inputs if not self.is_scaled_by(name, "train")), "train")
        output, features, train = self.outputs[name], self.inputs[name], self.inputs["train"]
        if output.shape != features.shape:
            return f"{name} features of shape {features.shape} came back in the shape {output.shape}"
        right = (features.mean(0) - train.mean(0)) / train.std(0)
        return f"{name} features have the mean {describe(output.mean(0))}, where {describe(right)} is right"


def scaling_mistakes(scaling: Scaling) -> list[Cause]:
    """Explain features that are not scaled by the training split."""
    if all(scaling.is_scaled_by(name, "train", "test") for name in scaling.inputs):
        return [Cause("leaking-scaler", detail=scaling.message)]
    own = scaling.is_scaled_by("train", "train") and any(scaling.is_scaled_by(x, x) for x in ("test", "other"))
    return [Cause("leaking-scaler", "own-statistics" if own else "other-scaling", scaling.message)]


# --- make_loss ------------------------------------------------------------------------------------------------------


def weighted_loss(logits: Floats, targets: Floats, weight: float) -> float:
    """Mean cross-entropy in which a positive counts `weight` times."""
    return float(np.mean(np.where(targets == 1.0, weight, 1.0) * cross_entropy(logits, targets)))


def loss_mistakes(observed: seen.Loss, logits: Floats, targets: Floats, weight: float) -> list[Cause]:
    """Explain a loss that is not the weighted cross-entropy."""
    value = observed.value
    if value.kind != "number":
        return [_no_number("loss_fn", value.kind, value.type)]
    detail = (
        f"loss_fn returned {describe(value.number)}, where {describe(weighted_loss(logits, targets, weight))} is right"
    )
    for variant, other in (("", 1 / weight), ("unweighted", 1.0)):
        if _is(value.number, weighted_loss(logits, targets, other)):
            return [Cause("inverted-weight", variant, detail)]
    return [Cause("inverted-weight", "other-loss", detail)]


# --- build_model ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Models:
    """The outputs of several models for the same rows, in two orders."""

    outputs: Sequence[seen.Outputs]
    order: NDArray[np.int64]  # of the rows, the second time

    @property
    def gives_a_number_for_each_row(self) -> bool:
        """Whether there are as many numbers as rows, in one dimension or in a column."""
        rows = len(self.order)
        return all(one_each(output, rows) is not None for of in self.outputs for output in (of.plain, of.reordered))

    @property
    def is_flat(self) -> bool:
        """Whether all outputs have the shape (b,)."""
        rows = self.order.shape
        return all(output.shape == rows for of in self.outputs for output in (of.plain, of.reordered))

    @property
    def depends_on_its_input(self) -> bool:
        """Whether no model gives all rows the same, and no two models give the same."""
        plain = [of.plain.reshape(len(self.order)) for of in self.outputs]
        each = all(bool(np.isfinite(output).all()) and len(np.unique(output)) > 1 for output in plain)
        return each and len({output.tobytes() for output in plain}) == len(plain)

    @property
    def exceeds_probabilities(self) -> bool:
        """Whether any output is none that a probability can be."""
        low, high = self.range
        return low < 0.0 or high > 1.0

    @property
    def range(self) -> tuple[float, float]:
        """The least and the greatest output."""
        every = np.concatenate([of.plain.reshape(len(self.order)) for of in self.outputs])
        return float(every.min()), float(every.max())

    @property
    def judges_rows_apart(self) -> bool:
        """Whether a row's number is the same wherever in the batch it stands."""
        return all(
            close(of.reordered, of.plain[self.order], rtol=1e-3, atol=1e-3 * float(np.abs(of.plain).max()))
            for of in self.outputs
        )

    @property
    def shape_message(self) -> str:
        """In which shape the outputs came."""
        shape = next(
            (x.shape for of in self.outputs for x in (of.plain, of.reordered) if x.shape != self.order.shape), ()
        )
        return f"for {len(self.order)} rows the model's output has the shape {shape}"


def logit_mistakes(models: Models) -> list[Cause]:
    """Explain outputs that are no logits."""
    if not models.gives_a_number_for_each_row:
        return [Cause("broadcast-loss", detail=models.shape_message)]
    if not models.depends_on_its_input:
        return [Cause("double-sigmoid", "constant-output")]
    low, high = models.range
    return [Cause("double-sigmoid", detail=f"the outputs lie between {low:.4g} and {high:.4g}")]


def shape_mistakes(models: Models) -> list[Cause]:
    """Explain outputs of another shape than (b,), or that are not about the rows."""
    if not models.is_flat:
        return [Cause("broadcast-loss", detail=models.shape_message)]
    if not models.depends_on_its_input:
        return [Cause("double-sigmoid", "constant-output")]
    return [Cause("broadcast-loss", "mixed-rows")]


# --- fit ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fit:
    """A training of w·x with the mean logit as loss, whose gradient is the batch's mean."""

    labels: Floats  # of all rows
    training: seen.Training

    @cached_property
    def batches(self) -> list[tuple[Floats, Floats]]:
        """The features of each batch, the row's number first, and its targets."""
        found, row, target = [], 0, 0
        for batch in self.training.batches:
            features = self.training.features[row : row + batch.rows]
            found.append((features, self.training.targets[target : target + batch.targets]))
            row, target = row + batch.rows, target + batch.targets
        return found

    @cached_property
    def rows(self) -> list[tuple[list[int], Floats]]:
        """The numbers of each batch's rows, -1 for what is none of the rows, and its targets."""
        return [
            (row_numbers(features[:, 0], len(self.labels)).tolist(), targets)
            for features, targets in self.batches
            if len(features)
        ]

    @property
    def keeps_labels(self) -> bool:
        """Whether each row came with its own label."""
        return all(self._keeps_labels(*batch) for batch in self.rows)

    def _keeps_labels(self, rows: Sequence[int], targets: Floats) -> bool:
        return len(targets) == len(rows) and -1 not in rows and equal(targets > 0.5, self.labels[rows] > 0.5)

    @property
    def share(self) -> float:
        """The share of the rows that were trained on."""
        return len({row for rows, _ in self.rows for row in rows} - {-1}) / len(self.labels)

    @property
    def sees_most_rows(self) -> bool:
        """Whether more than half of the rows were trained on, early on."""
        return self.share > _LEAST_TRAINED

    @property
    def labels_message(self) -> str:
        """Where a row first came with another's label."""
        apart = next((i for i, batch in enumerate(self.rows) if not self._keeps_labels(*batch)), 0)
        rows, targets = self.rows[apart]
        return f"batch {apart} has {len(rows)} rows and {len(targets)} labels, which are not theirs"

    @cached_property
    def gradients(self) -> list[tuple[Floats, list[Floats]]]:
        """The gradient at each step that followed one, and the batches' own since the step before, the latest last."""
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
        """How often the parameters changed along a gradient."""
        return len(self.gradients)

    @property
    def has_trained(self) -> bool:
        """Whether it took more than one step."""
        return self.steps > 1

    @property
    def follows_each_batch(self) -> bool:
        """Whether each step is along the gradient of what came since the step before."""
        return all(_is_own(gradient, own) for gradient, own in self.gradients)

    @property
    def accumulates(self) -> bool:
        """Whether a step's gradient is the step's before it and its batch's own together."""
        return any(
            bool(own) and _is_gradient(gradient, before + own[-1]) and not _is_own(gradient, own)
            for (before, _), (gradient, own) in pairwise(self.gradients)
        )


def label_mistakes(fit: Fit) -> list[Cause]:
    """Explain a training in which rows lack their labels, or that leaves most rows out."""
    if untrained := _untrained(fit):
        return untrained
    if not fit.keeps_labels:
        return [Cause("labels-shuffled-apart", detail=fit.labels_message)]
    return [Cause("labels-shuffled-apart", "rows-left-out", f"it trains on {fit.share:.0%} of its rows")]


def step_mistakes(fit: Fit) -> list[Cause]:
    """Explain steps that are not along their batches' gradients."""
    if untrained := _untrained(fit):
        return untrained
    return [Cause("accumulated-gradients", "" if fit.accumulates else "other-gradient")]


def _untrained(fit: Fit) -> list[Cause]:
    if not fit.training.batches and not fit.training.steps:
        return [Cause("not-implemented", detail="fit trains on nothing")]
    if not fit.training.batches:
        return [Cause("wrong-signature", detail="fit does not use the loss function that it is given")]
    if not fit.has_trained:
        return [Cause("accumulated-gradients", "never-steps", f"{fit.steps} steps, {len(fit.batches)} batches")]
    return []


def _is_own(gradient: Floats, own: Sequence[Floats]) -> bool:
    """Whether a gradient is that of the latest batch, or of all batches since the last step, summed or averaged."""
    if not own:
        return False
    together = np.sum(own, axis=0)
    return any(_is_gradient(gradient, wanted) for wanted in (own[-1], together, together / len(own)))


def _is_gradient(gradient: Floats, wanted: Floats) -> bool:
    return close(gradient, wanted, rtol=1e-3, atol=_GRADIENT_ATOL)


# --- predict, decide and measure ------------------------------------------------------------------------------------


def prediction_mistakes(observed: seen.Probabilities, features: Floats) -> list[Cause]:
    """Explain what is not the sigmoid of the first feature, the logit in evaluation mode."""
    found = one_each(observed.probabilities, len(features))
    if found is None:
        return [_wrong_shape("predict", observed.probabilities, len(features))]
    if _are(found, sigmoid(features[:, 1])):
        return [Cause("dropout-left-on")]
    return [Cause("dropout-left-on", "logits" if _are(found, features[:, 0]) else "other-probabilities")]


def decision_mistakes(observed: seen.Decisions, logits: Floats, thresholds: Sequence[float]) -> list[Cause]:
    """Explain decisions that are not those by the probability."""
    if spoilt := [x for x in observed.decisions if one_each(x, len(logits)) is None]:
        return [_wrong_shape("decide", spoilt[0], len(logits))]
    if all(decides(x, logits >= t, logits, t) for x, t in zip(observed.decisions, thresholds, strict=True)):
        return [Cause("thresholded-logits")]
    fixed = all(decides(x, logits >= 0.0, logits, t) for x, t in zip(observed.decisions, thresholds, strict=True))
    return [Cause("thresholded-logits", "fixed-threshold" if fixed else "other-decisions")]


def decides(decisions: Floats, wanted: NDArray[np.bool_], logits: Floats, threshold: float) -> bool:
    """Whether there is one decision for each logit, as wanted where a logit is not at the threshold itself."""
    found = one_each(decisions, len(logits))
    clear = np.abs(sigmoid(logits) - threshold) > _ATOL
    return found is not None and equal((found > 0.5)[clear], wanted[clear])


def measure_mistakes(observed: seen.Measured, targets: Floats, decisions: Floats) -> list[Cause]:
    """Explain metrics that are not those of all examples together."""
    if strange := _strange_metrics(observed, "measure"):
        return strange
    right = metrics(decisions == 1.0, targets)
    detail = f"measure returned {describe(numbers(observed))}, where {describe(right)} is right"
    if agree(observed, _by_batch(targets, decisions)):
        return [Cause("metrics-by-batch", detail=detail)]
    swapped = agree(observed, [{**right, "precision": right["recall"], "recall": right["precision"]}])
    return [Cause("metrics-by-batch", "swapped-metrics" if swapped else "other-metrics", detail)]


def numbers(observed: seen.Measured) -> dict[str, float]:
    """Return the metrics by name, NaN for what is no number."""
    return {name: getattr(observed, name).number for name in METRICS}


def agree(observed: seen.Measured, accepted: Sequence[Mapping[str, float]]) -> bool:
    """Whether all three metrics are those of one that is accepted."""
    found = list(numbers(observed).values())
    return any(close(found, [wanted[name] for name in METRICS], rtol=0.0, atol=1e-3) for wanted in accepted)


def _by_batch(targets: Floats, decisions: Floats) -> list[dict[str, float]]:
    """Return the mean metrics over batches, for each size of batch that there may have been."""
    means = []
    for size in _BATCH_SIZES:
        starts = range(0, len(targets), size)
        of_batches = [metrics(decisions[i : i + size] == 1.0, targets[i : i + size]) for i in starts]
        means.append({name: float(np.mean([batch[name] for batch in of_batches])) for name in METRICS})
    return means


def _strange_metrics(observed: seen.Measured, function: str) -> list[Cause]:
    kinds = {name: getattr(observed, name).kind for name in METRICS}
    missing = [name for name, kind in kinds.items() if kind != "number"]
    detail = f"{function} returned no number for {', '.join(missing)}"
    return [Cause("wrong-signature", detail=detail)] if missing else []


# --- run ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Run:
    """What `run` reported, beside the metrics of each split."""

    observed: seen.Run
    expected: Mapping[str, Mapping[str, float]]  # of test, train and all
    test_rows: range  # the numbers of the rows to test on

    @property
    def has_trained(self) -> bool:
        """Whether `fit` was given anything."""
        return self.observed.fitted.size > 0

    @property
    def spares_the_test_split(self) -> bool:
        """Whether `fit` was given no row to test on."""
        return not set(row_numbers(self.observed.fitted, self.test_rows.stop).tolist()) & set(self.test_rows)

    @property
    def measures_the_test_split(self) -> bool:
        """Whether the metrics are those of the test split."""
        return agree(self.observed.metrics, [self.expected["test"]])

    @property
    def message(self) -> str:
        """What was reported, and should have been."""
        return (
            f"run reported {describe(numbers(self.observed.metrics))}, where {describe(self.expected['test'])} is right"
        )


def run_mistakes(run: Run) -> list[Cause]:
    """Explain metrics that are not those of the test split, or a model that was trained on it."""
    if strange := _strange_metrics(run.observed.metrics, "run"):
        return strange
    if not run.has_trained:
        return [Cause("metrics-on-training-split", "nothing-trained")]
    if not run.spares_the_test_split:
        return [Cause("metrics-on-training-split", "trained-on-test-split")]
    for variant, split in (("", "train"), ("all-rows", "all")):
        if agree(run.observed.metrics, [run.expected[split]]):
            return [Cause("metrics-on-training-split", variant, run.message)]
    return [Cause("metrics-on-training-split", "other-metrics", run.message)]


def _is(found: float, wanted: float) -> bool:
    return close(found, wanted, rtol=1e-3, atol=0.0)


def _are(found: Floats, wanted: Floats) -> bool:
    return close(found, wanted, rtol=0.0, atol=_ATOL)


def _no_number(function: str, kind: str, type_: str) -> Cause:
    what = "None" if kind == "none" else f"a {type_}"
    return Cause("not-implemented" if kind == "none" else "wrong-signature", detail=f"{function} returned {what}")


def _wrong_shape(function: str, values: Floats, rows: int) -> Cause:
    return Cause("wrong-signature", detail=f"for {rows} rows {function} returned the shape {values.shape}")
