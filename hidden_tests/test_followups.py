"""Follow-ups F1 to F4, a bonus: `assignment/followups.py`."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import pytest

from grading.run.candidate import CandidateProxy
from grading.run.explain import Cause, OnFailure
from grading.run.observations import Observation, Sizes
from hidden_tests.diagnosis import followups as diagnosis
from hidden_tests.diagnosis.followups import Network, Oversampled, Tuned
from hidden_tests.observations import model_improvement, oversampling, production, threshold_tuning
from hidden_tests.oracle import Floats, Layer, metrics
from hidden_tests.rng import rng_for
from hidden_tests.wire import to_float32, to_wire

FILE = "assignment/followups.py"
# The names of the bad features that the probe tries, in its order.
BAD_FEATURES = ("a NaN", "a column less", "one column", "twice the columns")

_Record = TypeVar("_Record", bound=Observation)


class RunPart(Protocol):
    """Runs one part of a follow-up and returns what was observed."""

    def __call__(self, part: str, record: type[_Record], sizes: Sizes | None = None, **inputs: Any) -> _Record:
        """Run the part that the probe has under this name."""
        ...


@pytest.fixture(scope="module")
def run_part(candidate: CandidateProxy) -> RunPart:
    """Run one part of a follow-up."""

    def run_part(part: str, record: type[_Record], sizes: Sizes | None = None, **inputs: Any) -> _Record:
        return candidate.call("followups", {"part": part, **inputs}, record, sizes, file=FILE)

    return run_part


# --- F1 -------------------------------------------------------------------------------------------------------------


class NotBest:
    """Whether the plain cases failed already: then ties and single classes say nothing more."""

    def __init__(self) -> None:
        self.found = False

    def __call__(self, id_: str, tuned: Sequence[Tuned]) -> list[Cause]:
        """Name it: asked only when the test fails."""
        self.found = True
        return [Cause(id_, detail=_first_worse(tuned))]


@pytest.fixture(scope="module")
def not_best() -> NotBest:
    """What the plain cases found."""
    return NotBest()


def _tuned(run_part: RunPart, cases: Sequence[tuple[Floats, Floats]]) -> list[Tuned]:
    inputs: list[Any] = [{"targets": to_wire(y), "probabilities": to_wire(p)} for y, p in cases]
    observed = run_part("threshold", threshold_tuning.Thresholds, {"thresholds": len(cases)}, cases=inputs)
    return [
        Tuned(targets=targets, probabilities=probabilities, returned=returned)
        for (targets, probabilities), returned in zip(cases, observed.thresholds, strict=True)
    ]


def _first_worse(tuned: Sequence[Tuned]) -> str:
    return next((one.message for one in tuned if not one.is_best), "")


@pytest.mark.criterion("threshold-tuning")
def test_threshold_reaches_the_highest_f1(
    run_part: RunPart, seed: int, on_failure: OnFailure, not_best: NotBest
) -> None:
    """No other threshold has a higher F1, wherever the probabilities lie."""
    random = rng_for(seed, "threshold")
    cases = []
    for scale, shift in ((1.0, 0.0), (0.005, 0.0), (0.002, 0.998), (0.4, 0.05)):
        for _ in range(4):
            targets = np.concatenate([[1.0], (random.uniform(size=59) < 0.3).astype(np.float64)])
            probabilities = random.permutation(np.linspace(0.01, 0.7, 60)) + 0.2 * targets
            cases.append((targets, to_float32(shift + scale * probabilities)))
    # Everything positive is best; the highest is a negative; two good ones apart; far below one half.
    cases.append((np.array([1.0, 1.0, 1.0, 0.0]), to_float32(np.array([0.2, 0.3, 0.5, 0.9]))))
    cases.append((np.array([0.0, 1.0, 1.0, 0.0, 0.0, 0.0]), to_float32(np.array([0.95, 0.8, 0.7, 0.3, 0.2, 0.1]))))
    cases.append((np.array([1.0, 0.0, 0.0, 1.0, 0.0]), to_float32(np.array([0.9, 0.8, 0.7, 0.6, 0.1]))))
    cases.append((np.array([0.0, 0.0, 0.0, 1.0, 1.0]), to_float32(np.array([0.01, 0.02, 0.03, 0.2, 0.3]))))
    tuned = _tuned(run_part, cases)

    on_failure(not_best, "not-the-best-threshold", tuned)
    for one in tuned:
        assert one.is_best, one.message


@pytest.mark.criterion("threshold-tuning")
def test_threshold_takes_equal_probabilities_together(
    run_part: RunPart, seed: int, on_failure: OnFailure, not_best: NotBest
) -> None:
    """With many equal probabilities, no F1 is counted on that a threshold cannot have."""
    random = rng_for(seed, "ties")
    cases = [
        (
            np.array([1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]),
            to_float32(np.array([6, 6, 6, 6, 4, 3, 2, 1]) / 10.0),
        )
    ]
    for _ in range(6):
        targets = np.concatenate([[1.0], (random.uniform(size=79) < 0.3).astype(np.float64)])
        cases.append((targets, to_float32(np.round(4 * random.uniform(size=80) + 3 * targets) / 8.0)))
    tuned = _tuned(run_part, cases)

    on_failure(lambda: [] if not_best.found else [Cause("splits-ties", detail=_first_worse(tuned))])
    for one in tuned:
        assert one.is_best, one.message


@pytest.mark.criterion("threshold-tuning")
def test_threshold_of_a_single_class_is_a_number(run_part: RunPart, on_failure: OnFailure, not_best: NotBest) -> None:
    """With positives alone the best there is, without any some number; and no constant, which two classes show."""
    probabilities = to_float32(np.array([0.2, 0.5, 0.7]))
    two_classes = [
        (np.array([1.0, 0.0]), to_float32(np.array([high, low])))
        for high, low in ((0.9, 0.6), (0.55, 0.1), (0.05, 0.02))
    ]
    *best, without_positives = _tuned(
        run_part, [*two_classes, (np.ones(3), probabilities), (np.zeros(3), probabilities)]
    )

    on_failure(lambda: [] if not_best.found else [Cause("fails-on-one-class", detail=_first_worse(best))])
    for one in best:
        assert one.is_best, one.message
    assert not np.isnan(without_positives.returned.number), "without positives the threshold is no number"


# --- F2 -------------------------------------------------------------------------------------------------------------

# What was returned for one data set: twice with one seed, then with another.
Calls = tuple[Oversampled, Oversampled, Oversampled]


@pytest.fixture(scope="module")
def oversampled(run_part: RunPart, seed: int) -> list[Calls]:
    """Three data sets: two clusters of the rare class, a line of it beside the frequent one, and a narrow cloud."""
    random = rng_for(seed, "oversample")
    clusters = random.normal(scale=0.3, size=(30, 3))
    clusters[:15] += 10.0
    line = np.zeros((16, 5))
    line[:, 0] = 5.0 * np.arange(16) + random.uniform(size=16)
    beside = np.tile(line, (4, 1))
    beside[:, 1] = 1.0 + random.uniform(size=64)
    found = []
    for rare, frequent in (
        (clusters, random.normal(5.0, 4.0, size=(110, 3))),
        (line, beside),
        (random.normal(size=(40, 2)), random.normal(size=(170, 2))),
    ):
        order = random.permutation(len(rare) + len(frequent))
        features = to_float32(np.concatenate([rare, frequent]))[order]
        labels = np.repeat([1.0, 0.0], [len(rare), len(frequent)])[order]
        observed = run_part(
            "oversample",
            oversampling.Oversampled,
            {"calls": 3},
            features=to_wire(features),
            labels=to_wire(labels),
            seeds=[7, 7, 8],
        )
        first, again, other = (Oversampled(features, labels, returned) for returned in observed.calls)
        found.append((first, again, other))
    return found


@pytest.mark.criterion("oversampling")
def test_oversampling_keeps_the_originals(oversampled: list[Calls], on_failure: OnFailure) -> None:
    """Every example is still there with its label, beside the new ones."""
    firsts = [first for first, *_ in oversampled]

    on_failure(diagnosis.original_mistakes, firsts)
    for first in firsts:
        assert first.has_shapes, first.shapes_message
        assert first.has_new_rows, first.new_rows_message
        assert first.lost == 0, f"{first.lost} of {len(first.labels)} examples are gone"


@pytest.mark.criterion("oversampling")
def test_oversampling_balances_the_classes(oversampled: list[Calls], on_failure: OnFailure) -> None:
    """Both classes have the frequent one's count, for which there are new rows."""
    firsts = [first for first, *_ in oversampled]

    on_failure(diagnosis.balance_mistakes, firsts)
    for first in firsts:
        assert first.has_shapes, first.shapes_message
        assert first.has_new_rows, first.new_rows_message
        assert first.is_balanced, f"there are {first.counts[0]} negatives and {first.counts[1]} positives"


@pytest.mark.criterion("oversampling")
def test_synthetic_rows_lie_between_neighbours_of_the_rare_class(
    oversampled: list[Calls], on_failure: OnFailure
) -> None:
    """Each new row is no copy, and between a row of the rare class and one of that row's neighbours."""
    firsts = [first for first, *_ in oversampled]

    on_failure(diagnosis.synthesis_mistakes, firsts)
    for first in firsts:
        assert first.has_shapes, first.shapes_message
        assert first.has_new_rows, first.new_rows_message
        assert first.lies_between, f"{(~first.between).sum()} of {len(first.between)} are not between neighbours"
        assert first.is_synthetic, f"{first.copies.sum()} of {len(first.copies)} are copies"


@pytest.mark.criterion("oversampling")
def test_oversampling_follows_its_seed(oversampled: list[Calls], on_failure: OnFailure) -> None:
    """The same seed gives the same new rows, another seed others."""
    on_failure(diagnosis.seed_mistakes, oversampled)
    for calls in oversampled:
        first, again, other = calls
        for call in calls:
            assert call.has_shapes, call.shapes_message
            assert call.has_new_rows, call.new_rows_message
        assert first.is_the_same_as(again), "the same seed gives other rows"
        assert not first.has_the_rows_of(other), "another seed gives the same rows"


# --- F3 -------------------------------------------------------------------------------------------------------------


def improvement_split(random: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Draw features and labels to train on, and those of a hidden split: an interaction and a square decide.

    One feature alone says something to a linear model, three say nothing, and each has a scale of its own.
    """
    z = random.normal(size=(8000, 8))
    score = 1.55 * z[:, 0] + 2.0 * z[:, 1] * z[:, 2] + z[:, 3] ** 2 - 1 + 0.25 * random.normal(size=len(z))
    labels = (score > np.quantile(score, 0.8)).astype(np.float64)
    scale = np.array([1.0, 100.0, 0.02, 0.1, 1.0, 10.0, 300.0, 0.5])
    features = to_float32(z * scale + np.array([0.0, 200.0, 1.0, -3.0, 5.0, 0.0, 0.0, 10.0]))
    return features[:3000], labels[:3000], features[3000:], labels[3000:]


def baseline_f1(features: Floats, labels: Floats, hidden: Floats, truth: Floats) -> float:
    """F1 of a linear model, fitted to the end on standardized features without weights (Newton's method)."""
    mean, deviation = features.mean(0), features.std(0)
    inputs = np.column_stack([(features - mean) / deviation, np.ones(len(labels))])
    weights = np.zeros(inputs.shape[1])
    for _ in range(25):
        probabilities = 1 / (1 + np.exp(-inputs @ weights))
        curvature = (inputs * (probabilities * (1 - probabilities))[:, None]).T @ inputs
        weights -= np.linalg.solve(curvature, inputs.T @ (probabilities - labels))
    return metrics(np.column_stack([(hidden - mean) / deviation, np.ones(len(truth))]) @ weights >= 0, truth)["f1"]


@pytest.mark.criterion("model-improvement")
def test_improved_model_is_twice_as_good(run_part: RunPart, seed: int, on_failure: OnFailure) -> None:
    """On a hidden split, its F1 is at least twice that of a linear model trained without weights."""
    features, labels, hidden, truth = improvement_split(rng_for(seed, "improve"))
    observed = run_part(
        "improve",
        model_improvement.Improved,
        features=to_wire(features),
        labels=to_wire(labels),
        hidden=to_wire(hidden),
        seed=seed % 1000,
    )
    logits, least = observed.logits, 2 * baseline_f1(features, labels, hidden, truth)
    reached = metrics(logits >= 0, truth)["f1"] if logits.shape == truth.shape else 0.0
    shape = f"for {len(truth)} rows the logits have the shape {logits.shape}"
    message = f"F1 {reached:.3f} on a hidden split, expected at least {least:.3f}"

    on_failure(lambda: [Cause("not-twice-as-good", detail=message if logits.shape == truth.shape else shape)])
    assert logits.shape == truth.shape, shape
    assert reached >= least, message


# --- F4 -------------------------------------------------------------------------------------------------------------

Saved = list[tuple[Network, production.SavedModel]]


@pytest.fixture(scope="module")
def saved(run_part: RunPart, seed: int) -> Saved:
    """Three models and the files that saving them left: two plain ones, one with batch normalisation and dropout."""
    random = rng_for(seed, "production")
    relu, dropout = Layer(kind="ReLU", values={}), Layer(kind="Dropout", values={})
    architectures = [
        [_linear(random, 6, 16), relu, _linear(random, 16, 1)],
        [_linear(random, 9, 8), relu, _linear(random, 8, 5), relu, _linear(random, 5, 1)],
        [_linear(random, 5, 16), _batch_norm(random, 16), relu, dropout, _linear(random, 16, 1)],
    ]
    networks = [Network(layers, to_float32(random.normal(size=(9, _width(layers))))) for layers in architectures]
    observed = run_part(
        "save", production.Saved, {"models": len(networks)}, models=[_layers(network) for network in networks]
    )
    return list(zip(networks, observed.models, strict=True))


def _linear(random: np.random.Generator, width: int, outputs: int) -> Layer:
    weight, bias = random.normal(scale=width**-0.5, size=(outputs, width)), random.normal(scale=0.3, size=outputs)
    return Layer(kind="Linear", values={"weight": to_float32(weight), "bias": to_float32(bias)})


def _batch_norm(random: np.random.Generator, width: int) -> Layer:
    """Return a layer whose statistics are neither those that it begins with nor those of a batch."""
    ranges = {"weight": (0.5, 1.5), "bias": (-0.5, 0.5), "running_mean": (1.0, 2.0), "running_var": (2.0, 6.0)}
    values = {name: to_float32(random.uniform(*limits, size=width)) for name, limits in ranges.items()}
    return Layer(kind="BatchNorm1d", values=values)


def _width(layers: Sequence[Layer]) -> int:
    return int(layers[0].values["weight"].shape[1])


def _layers(network: Network) -> list[dict[str, Any]]:
    return [
        {"kind": layer.kind, "values": {name: to_wire(values) for name, values in layer.values.items()}}
        for layer in network.layers
    ]


def _files(model: production.SavedModel) -> list[dict[str, Any]]:
    return [{"name": file.name, "content": to_wire(file.content, "uint8")} for file in model.files]


def _inputs(saved: Saved) -> list[dict[str, Any]]:
    return [
        {"layers": _layers(network), "files": _files(model), "features": to_wire(network.features)}
        for network, model in saved
    ]


@pytest.mark.criterion("production")
def test_a_loaded_model_predicts_what_the_saved_one_did(run_part: RunPart, saved: Saved, on_failure: OnFailure) -> None:
    """In another process, probabilities of shape (n,), for one row too, are those of the model that was saved."""
    observed = run_part("round trip", production.RoundTrips, {"models": len(saved)}, models=_inputs(saved))

    on_failure(lambda: ["round-trip-changes-predictions"])
    for (network, _), found in zip(saved, observed.models, strict=True):
        rows = len(network.features)
        assert found.rows.shape == (rows,), f"for {rows} rows predict returned the shape {found.rows.shape}"
        assert network.predicts(found.rows), "the loaded model's probabilities are not the saved one's"
        assert found.first_row.shape == (1,), f"for one row predict returned the shape {found.first_row.shape}"


@pytest.mark.criterion("production")
def test_models_predict_in_evaluation_mode(run_part: RunPart, saved: Saved, on_failure: OnFailure) -> None:
    """What was loaded is in evaluation mode, and a model in training mode is not used as such."""
    observed = run_part("modes", production.ObservedModes, {"models": len(saved)}, models=_inputs(saved))

    pairs = [(network, found) for (network, _), found in zip(saved, observed.models, strict=True)]
    constant = not all(network.distinguishes_rows(found.loaded) for network, found in pairs)

    on_failure(lambda: ["round-trip-changes-predictions" if constant else "left-in-training-mode"])
    assert not constant, "the loaded model does not give an output for each row"
    for network, found in pairs:
        assert network.gave(found.predicted), "predict does not use the model in evaluation mode"
        assert network.is_steady(found.loaded, found.in_parts), "the loaded model gives the same rows other outputs"


@pytest.mark.criterion("production")
def test_loading_runs_no_code(run_part: RunPart, saved: Saved, on_failure: OnFailure) -> None:
    """A file that somebody else wrote is refused, or read as data; one that was saved is loaded."""
    network, model = saved[0]
    observed = run_part("unsafe files", production.UnsafeFiles, files=_files(model), features=to_wire(network.features))

    on_failure(lambda: ["loads-arbitrary-code" if observed.ran else "round-trip-changes-predictions"])
    assert not observed.ran, f"code was run out of {', '.join(observed.ran)}"
    assert network.gave_nearly(observed.loaded), "what was saved is not loaded: that loading is safe shows nothing"


@pytest.mark.criterion("production")
def test_predict_rejects_what_it_cannot_use(run_part: RunPart, saved: Saved, on_failure: OnFailure) -> None:
    """NaN and wrong widths are a ValueError, and good features are not."""
    # Each model as it is, then as it was loaded.
    sizes = {"models": [{"endings": len(BAD_FEATURES)}] * 2 * len(saved)}
    observed = run_part("bad features", production.BadFeatures, sizes, models=_inputs(saved))

    on_failure(lambda: ["accepts-bad-features"])
    for index, found in enumerate(observed.models):
        network, _ = saved[index // 2]
        assert network.distinguishes_rows(found.accepted), "good features do not give a probability for each row"
        for bad, ending in zip(BAD_FEATURES, found.endings, strict=True):
            assert ending == "ValueError", f"features with {bad} end in {ending}, expected a ValueError"
