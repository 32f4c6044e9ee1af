"""Explains the mistakes in each function of the pipeline.

A planted defect is named without a variant where the numbers are exactly those that it gives. Other wrong numbers of
the same function get its id with a variant.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from grading.run.explain import Cause
from hidden_tests.compare import close
from hidden_tests.describe import describe
from hidden_tests.observations.broken_pipeline import (
    PROBABILITY_ATOL,
    Decisions,
    Measured,
    ObservedRun,
    Probabilities,
    Scaling,
    decides,
)
from hidden_tests.observations.broken_pipeline_split import SplitRows, in_common
from hidden_tests.observations.broken_pipeline_training import Fit, Models, ObservedLoss, is_gradient, is_of_batches
from hidden_tests.oracle import METRICS, Floats, metrics, sigmoid
from hidden_tests.rows import one_each

# Sizes of batches that metrics may have been averaged over.
_BATCH_SIZES = (16, 20, 25, 32, 40, 50, 64, 100, 128, 200, 250, 256)


def draw_mistakes(splits: Sequence[SplitRows]) -> list[Cause]:
    """Explain splits of which the first two have the same seed, and the third has another."""
    first, again, other, *_ = splits
    if wrong := _first_without(splits, lambda split: split.has_shapes):
        return [Cause("wrong-signature", detail=wrong.shapes_message)]
    if wrong := _first_without(splits, lambda split: split.has_every_row_once):
        return [Cause("unshuffled-split", "lost-rows", wrong.rows_message)]
    if _first_without(splits, lambda split: split.keeps_labels):
        return [Cause("unshuffled-split", "labels-apart")]
    if wrong := _first_without(splits, lambda split: split.shows_how_it_is_drawn):
        return [Cause("unstratified-split", "wrong-share", wrong.rows_message)]
    if {*first.test} != {*again.test}:
        return [Cause("unshuffled-split", "unseeded")]
    same = f"{in_common(first, other):.0%} of the test rows are those of another seed"
    return [Cause("unshuffled-split", detail=same)]


def share_mistakes(splits: Sequence[SplitRows]) -> list[Cause]:
    """Explain splits of another size, or with other shares of positives."""
    if wrong := _first_without(splits, lambda split: split.has_shapes):
        return [Cause("wrong-signature", detail=wrong.shapes_message)]
    if wrong := _first_without(splits, lambda split: split.is_a_quarter):
        return [Cause("unstratified-split", "wrong-share", wrong.rows_message)]
    if wrong := _first_without(splits, lambda split: split.has_only_rows):
        return [Cause("unshuffled-split", "lost-rows", wrong.rows_message)]
    wrong = _first_without(splits, lambda split: split.keeps_shares)
    return [Cause("unstratified-split", detail="" if wrong is None else wrong.shares_message)]


def _first_without(splits: Sequence[SplitRows], holds: Callable[[SplitRows], bool]) -> SplitRows | None:
    return next((split for split in splits if not holds(split)), None)


def scaling_mistakes(scaling: Scaling) -> list[Cause]:
    """Explain features that are not scaled by the training split."""
    if all(scaling.is_scaled_by(name, "train", "test") for name in scaling.inputs):
        return [Cause("leaking-scaler", detail=scaling.message)]
    own = scaling.is_scaled_by("train", "train") and any(scaling.is_scaled_by(x, x) for x in ("test", "other"))
    return [Cause("leaking-scaler", "own-statistics" if own else "other-scaling", scaling.message)]


def loss_mistakes(loss: ObservedLoss) -> list[Cause]:
    """Explain a loss that is not the weighted cross-entropy."""
    value = loss.observed.value
    if value.kind != "number":
        return [_no_number("loss_fn", value.kind, value.type)]
    detail = f"loss_fn returned {describe(value.number)}, expected {describe(loss.with_weight(loss.weight))}"
    for variant, other in (("", 1 / loss.weight), ("unweighted", 1.0)):
        if loss.is_with_weight(other):
            return [Cause("inverted-weight", variant, detail)]
    return [Cause("inverted-weight", "other-loss", detail)]


def logit_mistakes(models: Models) -> list[Cause]:
    """Explain outputs that are not logits."""
    if not models.has_a_number_for_each_row:
        return [Cause("broadcast-loss", detail=models.shape_message)]
    if not models.depends_on_its_input:
        return [Cause("double-sigmoid", "constant-output")]
    low, high = models.range
    return [Cause("double-sigmoid", detail=f"the outputs lie between {low:.4g} and {high:.4g}")]


def shape_mistakes(models: Models) -> list[Cause]:
    """Explain outputs whose shape is not (b,), or that mix rows."""
    if not models.is_flat:
        return [Cause("broadcast-loss", detail=models.shape_message)]
    if not models.depends_on_its_input:
        return [Cause("double-sigmoid", "constant-output")]
    return [Cause("broadcast-loss", "mixed-rows")]


def label_mistakes(fit: Fit) -> list[Cause]:
    """Explain a training in which rows have other labels, or that leaves out most rows."""
    if untrained := _untrained(fit):
        return untrained
    if not fit.keeps_labels:
        return [Cause("labels-shuffled-apart", detail=fit.labels_message)]
    return [Cause("labels-shuffled-apart", "rows-left-out", f"it trains on {fit.share:.0%} of its rows")]


def step_mistakes(fit: Fit) -> list[Cause]:
    """Explain steps that are not along the gradient of their batches."""
    return _untrained(fit) or [Cause("accumulated-gradients", "" if _accumulates(fit) else "other-gradient")]


def _untrained(fit: Fit) -> list[Cause]:
    if not fit.training.batches and not fit.training.steps:
        return [Cause("not-implemented", detail="fit trains on nothing")]
    if not fit.training.batches:
        return [Cause("wrong-signature", detail="fit does not use the loss function that it is passed")]
    if not fit.has_trained:
        return [Cause("accumulated-gradients", "never-steps", f"{fit.steps} steps, {len(fit.batches)} batches")]
    return []


def _accumulates(fit: Fit) -> bool:
    """Return whether a step's gradient is the sum of the gradient before it and that of its own batch."""
    return any(
        bool(own) and is_gradient(gradient, before + own[-1]) and not is_of_batches(gradient, own)
        for (before, _), (gradient, own) in pairwise(fit.gradients)
    )


def prediction_mistakes(observed: Probabilities, features: Floats) -> list[Cause]:
    """Explain predictions that are not the sigmoid of the first feature, which is the logit in evaluation mode."""
    found = one_each(observed.probabilities, len(features))
    if found is None:
        return [_wrong_shape("predict", observed.probabilities, len(features))]
    if _are(found, sigmoid(features[:, 1])):
        return [Cause("dropout-left-on")]
    return [Cause("dropout-left-on", "logits" if _are(found, features[:, 0]) else "other-probabilities")]


def decision_mistakes(observed: Decisions, logits: Floats, thresholds: Sequence[float]) -> list[Cause]:
    """Explain decisions that are not those of the probability."""
    if wrong := [x for x in observed.decisions if one_each(x, len(logits)) is None]:
        return [_wrong_shape("decide", wrong[0], len(logits))]
    at_thresholds = list(zip(observed.decisions, thresholds, strict=True))
    if all(decides(x, logits >= threshold, logits, threshold) for x, threshold in at_thresholds):
        return [Cause("thresholded-logits")]
    fixed = all(decides(x, logits >= 0.0, logits, threshold) for x, threshold in at_thresholds)
    return [Cause("thresholded-logits", "fixed-threshold" if fixed else "other-decisions")]


def measure_mistakes(observed: Measured, targets: Floats, decisions: Floats) -> list[Cause]:
    """Explain metrics that are not those of all examples together."""
    if no_numbers := _no_numbers(observed, "measure"):
        return no_numbers
    right = metrics(decisions == 1.0, targets)
    detail = f"measure returned {describe(observed.numbers)}, expected {describe(right)}"
    if any(observed.agrees(means) for means in _means_of_batches(targets, decisions)):
        return [Cause("metrics-by-batch", detail=detail)]
    swapped = observed.agrees({**right, "precision": right["recall"], "recall": right["precision"]})
    return [Cause("metrics-by-batch", "swapped-metrics" if swapped else "other-metrics", detail)]


def run_mistakes(run: ObservedRun) -> list[Cause]:
    """Explain metrics that are not those of the test split, or a model that was trained on it."""
    if no_numbers := _no_numbers(run.observed.metrics, "run"):
        return no_numbers
    if not run.has_trained:
        return [Cause("metrics-on-training-split", "nothing-trained")]
    if not run.spares_the_test_split:
        return [Cause("metrics-on-training-split", "trained-on-test-split")]
    for variant, split in (("", "train"), ("all-rows", "all")):
        if run.observed.metrics.agrees(run.expected[split]):
            return [Cause("metrics-on-training-split", variant, run.message)]
    return [Cause("metrics-on-training-split", "other-metrics", run.message)]


def gate_mistakes(f1: float) -> list[Cause]:
    """Explain a pipeline whose model is not good: by itself, or as a consequence of the other mistakes."""
    return [Cause("still-poor", detail=f"F1 {f1:.3f} on a hidden split")]


def _means_of_batches(targets: Floats, decisions: Floats) -> list[Mapping[str, float]]:
    """Return the mean metrics over batches, for each size that the batches may have."""
    means: list[Mapping[str, float]] = []
    for size in _BATCH_SIZES:
        starts = range(0, len(targets), size)
        of_batches = [metrics(decisions[i : i + size] == 1.0, targets[i : i + size]) for i in starts]
        means.append({name: float(np.mean([batch[name] for batch in of_batches])) for name in METRICS})
    return means


def _no_numbers(observed: Measured, function: str) -> list[Cause]:
    missing = [name for name in METRICS if getattr(observed, name).kind != "number"]
    detail = f"{function} returned no number for {', '.join(missing)}"
    return [Cause("wrong-signature", detail=detail)] if missing else []


def _are(found: Floats, expected: Floats) -> bool:
    return close(found, expected, rtol=0.0, atol=PROBABILITY_ATOL)


def _no_number(function: str, kind: str, type_: str) -> Cause:
    what = "None" if kind == "none" else f"a {type_}"
    return Cause("not-implemented" if kind == "none" else "wrong-signature", detail=f"{function} returned {what}")


def _wrong_shape(function: str, values: Floats, rows: int) -> Cause:
    return Cause("wrong-signature", detail=f"for {rows} rows {function} returned the shape {values.shape}")
