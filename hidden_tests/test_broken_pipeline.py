"""TODO 7: `assignment/pipeline.py` is repaired. Each test judges one function by its results, not by its code."""

import contextlib
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import pytest

from grading.run.candidate import CandidateFailure, CandidateProxy
from grading.run.explain import OnFailure
from grading.run.observations import Observation, Sizes
from hidden_tests.compare import close
from hidden_tests.diagnosis import broken_pipeline as diagnosis
from hidden_tests.observations import broken_pipeline
from hidden_tests.observations.broken_pipeline import PROBABILITY_ATOL, ObservedRun, Scaling, decides
from hidden_tests.observations.broken_pipeline_split import SplitRows, in_common, most_in_common
from hidden_tests.observations.broken_pipeline_training import Fit, Models, ObservedLoss
from hidden_tests.oracle import METRICS, Floats, metrics, sigmoid
from hidden_tests.rng import draw_until, rng_for
from hidden_tests.rows import one_each
from hidden_tests.wire import to_float32, to_wire

pytestmark = pytest.mark.criterion("broken-pipeline")

FILE = "assignment/pipeline.py"
# tests/test_pipeline.py checks over ten seeds that the repaired pipeline is a tenth above it, and the broken one three
# tenths below.
LEAST_F1 = 0.7
THRESHOLDS = (0.5, 0.3, 0.8)
# The metrics of the test split, of the training split and of all rows are at least this far apart: twenty times the
# tolerance of the comparison.
LEAST_DIFFERENCE = 0.02

_Record = TypeVar("_Record", bound=Observation)


def run_part(
    candidate: CandidateProxy, part: str, record: type[_Record], sizes: Sizes, inputs: Mapping[str, Any]
) -> _Record:
    """Run one part of the pipeline, by the name that the probe has for it, and return its observation."""
    return candidate.call("broken_pipeline", {"part": part, **inputs}, record, sizes, file=FILE)


def _numbered_rows(random: np.random.Generator, rows: int) -> tuple[Floats, Floats]:
    """Return rows with their number as first feature, and labels, all positives first."""
    labels = np.repeat([1.0, 0.0], [rows // 5, rows - rows // 5])
    return to_float32(np.column_stack([np.arange(rows), random.normal(size=(rows, 3))])), labels


@pytest.fixture(scope="session")
def splits(candidate: CandidateProxy, seed: int) -> list[SplitRows]:
    """Return `split` of the same rows with ten seeds, of which the first two are equal."""
    features, labels = _numbered_rows(rng_for(seed, "split"), 240)
    seeds = [1, *range(1, 10)]
    inputs = {"features": to_wire(features), "labels": to_wire(labels), "seeds": seeds}
    observed = run_part(candidate, "split", broken_pipeline.Splits, {"parts": len(seeds)}, inputs)
    return [SplitRows(labels, features.shape[1], parts) for parts in observed.parts]


def test_split_draws_at_random(splits: list[SplitRows], on_failure: OnFailure) -> None:
    """The seed alone decides which examples are for testing, and each example is on one side, with its label."""
    on_failure(diagnosis.draw_mistakes, splits)
    for split in splits:
        assert split.has_shapes, split.shapes_message
        assert split.has_every_row_once, split.rows_message
        assert split.keeps_labels, "a row has the label of another row"
        assert split.shows_how_it_is_drawn, split.rows_message
    first, again, *others = splits
    assert {*first.test} == {*again.test}, "two calls with the same seed test on different rows"
    for other in others:
        common = in_common(first, other)
        assert common < most_in_common(other), f"{common:.0%} of the test rows are those of another seed"


def test_split_keeps_the_share_of_positives(splits: list[SplitRows], on_failure: OnFailure) -> None:
    """A quarter of the examples is for testing, and both sides have the same share of positives."""
    on_failure(diagnosis.share_mistakes, splits)
    for split in splits:
        assert split.has_shapes, split.shapes_message
        assert split.is_a_quarter, split.rows_message
        assert split.has_only_rows, split.rows_message
        assert split.keeps_shares, split.shares_message


def test_scaling_knows_the_training_split_alone(candidate: CandidateProxy, seed: int, on_failure: OnFailure) -> None:
    """All features are scaled by the mean and the standard deviation of the training split."""
    random = rng_for(seed, "standardize")
    features = {
        "train": to_float32(random.normal([5.0, -2.0, 0.5], [3.0, 0.5, 1.0], size=(400, 3))),
        "test": to_float32(random.normal(9.0, 4.0, size=(150, 3))),
        "other": to_float32(random.normal(size=(20, 3))),
    }
    inputs = {name: to_wire(values) for name, values in features.items()}
    observed = run_part(candidate, "standardize", broken_pipeline.Standardized, {}, inputs)
    outputs = {"train": observed.train, "test": observed.test, "other": observed.other}
    scaling = Scaling(inputs=features, outputs=outputs)

    on_failure(diagnosis.scaling_mistakes, scaling)
    for name in features:
        assert scaling.is_scaled_by(name, "train"), scaling.message


@pytest.fixture(scope="session")
def loss(candidate: CandidateProxy, seed: int) -> ObservedLoss:
    """Return the loss of a batch, with 35 negatives to 10 positives among the training labels."""
    random = rng_for(seed, "pipeline loss")
    logits, targets = to_float32(random.normal(size=40)), (random.uniform(size=40) < 0.4).astype(np.float64)
    inputs = {
        "labels": to_wire(np.repeat([1.0, 0.0], [10, 35])),
        "logits": to_wire(logits),
        "targets": to_wire(targets),
    }
    observed = run_part(candidate, "loss", broken_pipeline.Loss, {}, inputs)
    return ObservedLoss(observed=observed, logits=logits, targets=targets, weight=35 / 10)


def test_loss_weighs_positives_up(loss: ObservedLoss, on_failure: OnFailure) -> None:
    """The loss is the mean cross-entropy on logits, in which a positive counts n_neg / n_pos times."""
    value, expected = loss.observed.value.number, loss.with_weight(loss.weight)

    on_failure(diagnosis.loss_mistakes, loss)
    assert loss.is_right, f"loss_fn returned {value:.4g}, expected {expected:.4g}"


@pytest.fixture(scope="session")
def models(candidate: CandidateProxy, seed: int) -> Models:
    """Return the outputs of ten models with random parameters for the same twelve rows."""
    random = rng_for(seed, "model")
    # For large features a logit is large, and a probability is still at most 1.
    features, order = random.normal(size=(12, 6)) * np.repeat([1.0, 30.0, 1000.0], 4)[:, None], random.permutation(12)
    seeds = [seed % 1000, *range(1000, 1009)]
    inputs = {"features": to_wire(features), "order": to_wire(order, "int64"), "seeds": seeds}
    observed = run_part(candidate, "model", broken_pipeline.Models, {"outputs": len(seeds)}, inputs)
    return Models(outputs=observed.outputs, order=order)


def test_model_gives_logits(models: Models, on_failure: OnFailure) -> None:
    """A model's outputs are log-odds of any sign and size, which depend on the features and on the parameters."""
    on_failure(diagnosis.logit_mistakes, models)
    assert models.has_a_number_for_each_row, models.shape_message
    assert models.depends_on_its_input, "outputs of different rows, or of different models, are equal"
    assert models.exceeds_probabilities, f"the outputs lie between {models.range[0]:.4g} and {models.range[1]:.4g}"


def test_model_gives_one_number_for_each_example(models: Models, on_failure: OnFailure) -> None:
    """A model returns logits of shape (b,), each for its own row: (b, 1) and targets (b,) broadcast to (b, b)."""
    on_failure(diagnosis.shape_mistakes, models)
    assert models.is_flat, models.shape_message
    assert models.depends_on_its_input, "outputs of different rows, or of different models, are equal"
    assert models.treats_rows_separately, "a row's output changes with its place in the batch"


@pytest.fixture(scope="session")
def fit(candidate: CandidateProxy, seed: int) -> Fit:
    """Return `fit` of a linear model, with a loss whose gradient is the mean of the batch's features."""
    features, labels = _numbered_rows(rng_for(seed, "fit"), 320)
    features[:, 1:] *= 0.1  # gradients so small that clipping does not change them
    rows, columns = features.shape
    sizes = {"recorded": broken_pipeline.RECORDED_EPOCHS * rows + 1, "columns": columns, "weights": columns - 1}
    inputs = {"features": to_wire(features), "labels": to_wire(labels), "seed": seed % 1000}
    return Fit(labels, run_part(candidate, "fit", broken_pipeline.Training, sizes, inputs))


def test_fit_keeps_labels_with_their_features(fit: Fit, on_failure: OnFailure) -> None:
    """Training uses more than half of the examples, and each one comes with its own label in any order."""
    on_failure(diagnosis.label_mistakes, fit)
    assert fit.has_trained, f"the parameters moved along a gradient {fit.steps} times, expected more"
    assert fit.keeps_labels, fit.labels_message
    assert fit.trains_on_most_rows, f"it trains on {fit.share:.0%} of the rows"


def test_fit_steps_along_one_batchs_gradient(fit: Fit, on_failure: OnFailure) -> None:
    """Each step follows the gradient of the batches since the last step, without that of earlier ones."""
    on_failure(diagnosis.step_mistakes, fit)
    assert fit.has_trained, f"the parameters moved along a gradient {fit.steps} times, expected more"
    assert fit.follows_each_batch, "a step is not along the gradient of its batch"


def test_predict_leaves_dropout_out(candidate: CandidateProxy, seed: int, on_failure: OnFailure) -> None:
    """Probabilities are the sigmoid of the logits in evaluation mode, whatever mode the model is in before."""
    features = to_float32(rng_for(seed, "predict").normal(size=(50, 2)))
    observed = run_part(candidate, "predict", broken_pipeline.Probabilities, {}, {"features": to_wire(features)})
    expected = sigmoid(features[:, 0])  # the first feature is the logit in evaluation mode

    on_failure(diagnosis.prediction_mistakes, observed, features)
    found = one_each(observed.probabilities, len(features))
    assert found is not None, f"for 50 rows predict returned the shape {observed.probabilities.shape}"
    assert close(found, expected, rtol=0.0, atol=PROBABILITY_ATOL), "these are not the model's probabilities"


def test_decide_compares_probabilities(candidate: CandidateProxy, seed: int, on_failure: OnFailure) -> None:
    """An example is positive if its probability is at least the threshold, whatever the threshold."""
    logits = to_float32(rng_for(seed, "decide").normal(size=200))
    inputs = {"features": to_wire(np.column_stack([logits, logits])), "thresholds": list(THRESHOLDS)}
    observed = run_part(candidate, "decide", broken_pipeline.Decisions, {"decisions": len(THRESHOLDS)}, inputs)

    on_failure(diagnosis.decision_mistakes, observed, logits, THRESHOLDS)
    for threshold, decisions in zip(THRESHOLDS, observed.decisions, strict=True):
        expected = sigmoid(logits) >= threshold
        right = decides(decisions, expected, logits, threshold)
        assert right, f"at threshold {threshold} the decisions are not probability >= threshold"


def test_measure_counts_over_everything(candidate: CandidateProxy, seed: int, on_failure: OnFailure) -> None:
    """Precision, recall and F1 are those of all examples together, not a mean over parts of them."""
    random = rng_for(seed, "measure")
    targets = np.sort((random.uniform(size=500) < 0.3).astype(np.float64))
    decisions = np.where(random.uniform(size=500) < 0.75, targets, 1 - targets)
    inputs = {"targets": to_wire(targets), "decisions": to_wire(decisions)}
    observed = run_part(candidate, "measure", broken_pipeline.Measured, {}, inputs)
    expected = metrics(decisions == 1.0, targets)

    on_failure(diagnosis.measure_mistakes, observed, targets, decisions)
    assert observed.agrees(expected), f"measure returned {observed.numbers}, expected {expected}"


class Splits:
    """Two splits whose rows a model calls positive if their first feature is, and the labels of both."""

    def __init__(self, random: np.random.Generator) -> None:
        """Draw labels that agree with the features in 60 to 90 per cent of the rows of each split."""
        scores = {"train": np.repeat([3.0, -3.0], 60), "test": np.repeat([3.0, -3.0], 30)}
        agreement = {name: random.uniform(0.6, 0.9) for name in scores}
        labels = {}
        for name, of_split in scores.items():
            agrees = random.uniform(size=len(of_split)) < agreement[name]
            labels[name] = np.where(agrees, of_split > 0, of_split < 0).astype(np.float64)
        self.scores = {**scores, "all": np.concatenate([*scores.values()])}
        self.labels = {**labels, "all": np.concatenate([*labels.values()])}
        self.metrics = {name: metrics(self.scores[name] > 0, self.labels[name]) for name in self.scores}

    @property
    def is_distinct(self) -> bool:
        """Return whether precision, recall and F1 each differ between the two splits and all rows."""
        values = np.array([[of[name] for of in self.metrics.values()] for name in METRICS])
        return bool(np.diff(np.sort(values, axis=1), axis=1).min() > LEAST_DIFFERENCE)


def test_run_measures_on_the_test_split(candidate: CandidateProxy, seed: int, on_failure: OnFailure) -> None:
    """`run` returns the metrics of examples that the model was not trained on."""
    random = rng_for(seed, "run")
    drawn = draw_until(
        lambda splits: splits.is_distinct,
        lambda: Splits(random),
        wanted="splits of test_run_measures_on_the_test_split with different metrics",
    )
    scores, rows = drawn.scores["all"], len(drawn.scores["train"])
    features = np.column_stack([scores, scores, np.arange(len(scores))])
    inputs = {
        "train_x": to_wire(features[:rows]),
        "train_y": to_wire(drawn.labels["train"]),
        "test_x": to_wire(features[rows:]),
        "test_y": to_wire(drawn.labels["test"]),
    }
    observed = run_part(candidate, "run", broken_pipeline.Run, {"rows": len(features)}, inputs)
    run = ObservedRun(observed=observed, expected=drawn.metrics, test_rows=range(rows, len(features)))

    on_failure(diagnosis.run_mistakes, run)
    assert run.has_trained, "fit got no rows"
    assert run.spares_the_test_split, "fit got rows of the test split"
    assert observed.metrics.agrees(drawn.metrics["test"]), run.message


@pytest.fixture(scope="session")
def spoilt_by(request: pytest.FixtureRequest) -> list[str]:
    """Return the functions whose mistakes spoil the training and make the model's F1 random.

    Measured: with the weight inverted, it is above the required F1 with one seed and below with another.
    """
    spoilt = []
    for function, fixture in (("make_loss", "loss"), ("build_model", "models"), ("fit", "fit")):
        with contextlib.suppress(CandidateFailure):  # reported by the function's own test
            if request.getfixturevalue(fixture).spoils_training:
                spoilt.append(function)
    return spoilt


def test_the_repaired_pipeline_is_good(
    candidate: CandidateProxy, spoilt_by: list[str], seed: int, on_failure: OnFailure
) -> None:
    """On data that it has never seen, the F1 of a model that nothing spoils in training is at least 0.7."""
    features, labels, hidden, truth = hidden_split(rng_for(seed, "whole"))
    inputs = {"features": to_wire(features), "labels": to_wire(labels), "hidden": to_wire(hidden), "seed": seed % 1000}
    observed = run_part(candidate, "whole", broken_pipeline.Whole, {}, inputs)
    decisions = one_each(observed.decisions, len(truth))
    f1 = 0.0 if decisions is None else metrics(decisions > 0.5, truth)["f1"]

    on_failure(diagnosis.gate_mistakes, f1)
    assert not spoilt_by, f"the training is spoilt by {', '.join(spoilt_by)}"
    assert decisions is not None, f"for {len(truth)} rows there are decisions of shape {observed.decisions.shape}"
    assert f1 >= LEAST_F1, f"F1 {f1:.3f} on a hidden split, expected at least {LEAST_F1}"


def hidden_split(random: np.random.Generator, rows: int = 1600) -> tuple[Floats, Floats, Floats, Floats]:
    """Draw features and labels of a training split, positives first, and of a hidden split.

    A fifth is positive. An interaction and a square decide, so no linear model can learn it, and each feature has a
    scale of its own.
    """
    z = random.normal(size=(rows + 1000, 6))
    score = 1.2 * z[:, 0] + 1.6 * z[:, 1] * z[:, 2] + 0.8 * z[:, 3] ** 2 + 0.3 * random.normal(size=len(z))
    labels = (score > np.quantile(score, 0.8)).astype(np.float64)
    features = z * np.array([1.0, 30.0, 0.05, 4.0, 1.0, 10.0]) + np.array([0.0, 50.0, 1.0, -3.0, 5.0, 0.0])
    order = np.argsort(-labels[:rows], kind="stable")
    return features[:rows][order], labels[:rows][order], features[rows:], labels[rows:]
