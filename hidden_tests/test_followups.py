"""Follow-ups F1 to F4, a bonus: `assignment/followups.py`."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from grading.harness import OnFailure
from grading.under_test import CandidateUnderTest
from hidden_tests.arrays import array, random_for, single, values_of
from hidden_tests.oracle import Floats, metrics

FILE = "assignment/followups.py"
# Between float32 and the oracle.
ATOL = 1e-5
# Synthetic rows may be drawn to any of so many neighbours: the paper's five, and room for another choice.
MOST_NEIGHBOURS = 10

Play = Callable[..., Mapping[str, Any]]


@pytest.fixture(scope="module")
def play(candidate: CandidateUnderTest) -> Play:
    """Play one follow-up."""
    return lambda part, **inputs: candidate.call("followups", {"part": part, **inputs}, file=FILE)


# --- F1 -------------------------------------------------------------------------------------------------------------


def _f1(targets: Floats, probabilities: Floats, threshold: float) -> float:
    return metrics(probabilities >= threshold, targets)["f1"]


class NotBest:
    """Whether the plain cases failed already: then ties and single classes say nothing more."""

    def __init__(self) -> None:
        self.found = False

    def __call__(self, id_: str) -> list[str]:
        """Name it: asked only when the test fails."""
        self.found = True
        return [id_]


@pytest.fixture(scope="module")
def not_best() -> NotBest:
    """What the plain cases found."""
    return NotBest()


def _expect_best(play: Play, cases: list[tuple[Floats, Floats]]) -> None:
    given: list[Any] = [{"targets": array(y), "probabilities": array(p)} for y, p in cases]
    for (targets, probabilities), said in zip(cases, play("threshold", cases=given)["thresholds"], strict=True):
        best = max(_f1(targets, probabilities, threshold) for threshold in np.unique(probabilities))
        reached = _f1(targets, probabilities, said.get("value", np.nan))
        assert reached >= best - ATOL, f"F1 {reached} at {said}, where {best} can be had"


@pytest.mark.criterion("threshold-tuning")
def test_threshold_reaches_the_highest_f1(play: Play, seed: int, on_failure: OnFailure, not_best: NotBest) -> None:
    """No other threshold has a higher F1, wherever the probabilities lie."""
    random = random_for(seed, "threshold")
    on_failure(not_best, "not-the-best-threshold")
    cases = []
    for scale, shift in ((1.0, 0.0), (0.005, 0.0), (0.002, 0.998), (0.4, 0.05)):
        for _ in range(4):
            targets = np.concatenate([[1.0], (random.uniform(size=59) < 0.3).astype(np.float64)])
            probabilities = random.permutation(np.linspace(0.01, 0.7, 60)) + 0.2 * targets
            cases.append((targets, single(shift + scale * probabilities)))
    # Everything positive is best; the highest is a negative; two good ones apart; far below one half.
    cases.append((np.array([1.0, 1.0, 1.0, 0.0]), single(np.array([0.2, 0.3, 0.5, 0.9]))))
    cases.append((np.array([0.0, 1.0, 1.0, 0.0, 0.0, 0.0]), single(np.array([0.95, 0.8, 0.7, 0.3, 0.2, 0.1]))))
    cases.append((np.array([1.0, 0.0, 0.0, 1.0, 0.0]), single(np.array([0.9, 0.8, 0.7, 0.6, 0.1]))))
    cases.append((np.array([0.0, 0.0, 0.0, 1.0, 1.0]), single(np.array([0.01, 0.02, 0.03, 0.2, 0.3]))))
    _expect_best(play, cases)


@pytest.mark.criterion("threshold-tuning")
def test_threshold_takes_equal_probabilities_together(
    play: Play, seed: int, on_failure: OnFailure, not_best: NotBest
) -> None:
    """With many equal probabilities, no F1 is counted on that a threshold cannot have."""
    random = random_for(seed, "ties")
    on_failure(lambda: [] if not_best.found else ["splits-ties"])
    cases = [(np.array([1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]), single(np.array([6, 6, 6, 6, 4, 3, 2, 1]) / 10.0))]
    for _ in range(6):
        targets = np.concatenate([[1.0], (random.uniform(size=79) < 0.3).astype(np.float64)])
        cases.append((targets, single(np.round(4 * random.uniform(size=80) + 3 * targets) / 8.0)))
    _expect_best(play, cases)


@pytest.mark.criterion("threshold-tuning")
def test_threshold_of_a_single_class_is_a_number(play: Play, on_failure: OnFailure, not_best: NotBest) -> None:
    """With positives alone the best there is; without any, some number."""
    on_failure(lambda: [] if not_best.found else ["fails-on-one-class"])
    probabilities = single(np.array([0.2, 0.5, 0.7]))
    _expect_best(play, [(np.ones(3), probabilities)])
    (said,) = play("threshold", cases=[{"targets": array(np.zeros(3)), "probabilities": array(probabilities)}])[
        "thresholds"
    ]
    assert not np.isnan(said.get("value", np.nan))


# --- F2 -------------------------------------------------------------------------------------------------------------

Oversampled = tuple[Floats, Floats, list[tuple[Floats, Floats]]]


@pytest.fixture(scope="module")
def oversampled(play: Play, seed: int) -> list[Oversampled]:
    """Three data sets: two clusters of the rare class, a line of it beside the frequent one, and a narrow cloud."""
    random = random_for(seed, "oversample")
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
        features = single(np.concatenate([rare, frequent]))[order]
        labels = np.repeat([1.0, 0.0], [len(rare), len(frequent)])[order]
        seen = play("oversample", features=array(features), labels=array(labels), seeds=[7, 7, 8])
        drawn = [(values_of(one["features"]), values_of(one["labels"]).ravel()) for one in seen["drawn"]]
        found.append((features, labels, drawn))
    return found


def _pairs(features: Floats, labels: Floats) -> Counter[tuple[float, ...]]:
    return Counter(tuple(row) for row in np.column_stack([features, labels]).tolist())


def _new(features: Floats, labels: Floats, drawn: tuple[Floats, Floats]) -> Floats:
    """Return the rows that are no original, with their labels; it does not matter in which order they come."""
    added = _pairs(*drawn) - _pairs(features, labels)
    return np.array(list(added.elements())).reshape(-1, features.shape[1] + 1)


@pytest.mark.criterion("oversampling")
def test_oversampling_keeps_the_originals(oversampled: list[Oversampled], on_failure: OnFailure) -> None:
    """Every example is still there, with its label."""
    on_failure(lambda: ["originals-lost"])
    for features, labels, drawn in oversampled:
        assert not _pairs(features, labels) - _pairs(*drawn[0])


@pytest.mark.criterion("oversampling")
def test_oversampling_balances_the_classes(oversampled: list[Oversampled], on_failure: OnFailure) -> None:
    """Both classes have the frequent one's count."""
    on_failure(lambda: ["classes-not-balanced"])
    for _, labels, drawn in oversampled:
        frequent = int((labels == 0.0).sum())
        assert [int((drawn[0][1] == label).sum()) for label in (0.0, 1.0)] == [frequent, frequent]


@pytest.mark.criterion("oversampling")
def test_synthetic_rows_lie_between_neighbours_of_the_rare_class(
    oversampled: list[Oversampled], on_failure: OnFailure
) -> None:
    """Each new row is no copy, and between a row of the rare class and one of that row's neighbours."""
    on_failure(lambda: ["not-between-neighbours"])
    for features, labels, drawn in oversampled:
        new = _new(features, labels, drawn[0])
        rare, rows = features[labels == 1.0], new[new[:, -1] == 1.0, :-1]
        assert len(rows) > 0
        distances = np.linalg.norm(rare[:, None] - rare[None], axis=2)
        nearest = np.argsort(distances, axis=1)[:, 1 : MOST_NEIGHBOURS + 1]
        # One gap for a row, or one for each feature, as in the paper's pseudo-code: in the box of the two either way.
        low, high = np.minimum(rare[:, None], rare[nearest]), np.maximum(rare[:, None], rare[nearest])
        inside = ((rows[:, None, None] >= low - 1e-4) & (rows[:, None, None] <= high + 1e-4)).all(-1).any((1, 2))
        copies = np.linalg.norm(rows[:, None] - rare[None], axis=2).min(1) < 1e-7
        assert inside.all(), f"{(~inside).sum()} of {len(rows)} are not between neighbours"
        assert copies.mean() <= 0.1, f"{copies.sum()} of {len(rows)} are copies"


@pytest.mark.criterion("oversampling")
def test_oversampling_follows_its_seed(oversampled: list[Oversampled], on_failure: OnFailure) -> None:
    """The same seed gives the same rows, another seed others."""
    on_failure(lambda: ["not-reproducible"])
    for _, _, (first, again, other) in oversampled:
        assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
        assert not np.array_equal(first[0], other[0])


# --- F3 -------------------------------------------------------------------------------------------------------------


def improvement_split(random: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Draw features and labels to train on, and those of a hidden split: an interaction and a square decide.

    One feature alone says something to a linear model, three say nothing, and each has a scale of its own.
    """
    z = random.normal(size=(8000, 8))
    score = 1.55 * z[:, 0] + 2.0 * z[:, 1] * z[:, 2] + z[:, 3] ** 2 - 1 + 0.25 * random.normal(size=len(z))
    labels = (score > np.quantile(score, 0.8)).astype(np.float64)
    scale = np.array([1.0, 100.0, 0.02, 0.1, 1.0, 10.0, 300.0, 0.5])
    features = single(z * scale + np.array([0.0, 200.0, 1.0, -3.0, 5.0, 0.0, 0.0, 10.0]))
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
def test_improved_model_is_twice_as_good(play: Play, seed: int, on_failure: OnFailure) -> None:
    """On a hidden split, its F1 is at least twice that of a linear model trained without weights."""
    features, labels, hidden, truth = improvement_split(random_for(seed, "improve"))
    seen = play("improve", features=array(features), labels=array(labels), hidden=array(hidden), seed=seed % 1000)

    on_failure(lambda: ["not-twice-as-good"])
    logits = values_of(seen["logits"])
    assert logits.shape == truth.shape, f"the logits have the shape {logits.shape}"
    baseline = baseline_f1(features, labels, hidden, truth)
    reached = metrics(logits >= 0, truth)["f1"]
    assert reached >= 2 * baseline, f"F1 {reached:.3f}, baseline {baseline:.3f}"


# --- F4 -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def production(play: Play, seed: int) -> Mapping[str, Any]:
    """Three models saved, loaded and asked: two plain ones, and one with batch normalisation and dropout."""
    return play("production", seed=seed % 1000)


@pytest.mark.criterion("production")
def test_a_loaded_model_predicts_what_the_saved_one_did(production: Mapping[str, Any], on_failure: OnFailure) -> None:
    """Probabilities of shape (n,), for one row too, equal before and after the round trip."""
    on_failure(lambda: ["round-trip-changes-predictions"])
    for model in production["models"]:
        wanted = values_of(model["wanted"])
        assert values_of(model["after"]).shape == wanted.shape
        assert np.allclose(values_of(model["after"]), wanted, atol=ATOL)
        assert values_of(model["single"]).shape == (1,)


@pytest.mark.criterion("production")
def test_models_predict_in_evaluation_mode(production: Mapping[str, Any], on_failure: OnFailure) -> None:
    """What was loaded is in evaluation mode, and a model in training mode is not used as such."""
    on_failure(lambda: ["left-in-training-mode"])
    for model in production["models"]:
        assert not model["training"]
        assert values_of(model["before"]).shape == values_of(model["wanted"]).shape
        assert np.allclose(values_of(model["before"]), values_of(model["wanted"]), atol=ATOL)


@pytest.mark.criterion("production")
def test_loading_runs_no_code(production: Mapping[str, Any], on_failure: OnFailure) -> None:
    """A file that somebody else wrote is refused, or read as data."""
    on_failure(lambda: ["loads-arbitrary-code"])
    assert not production["ran"], f"code was run out of {production['ran']}"


@pytest.mark.criterion("production")
def test_predict_rejects_what_it_cannot_use(production: Mapping[str, Any], on_failure: OnFailure) -> None:
    """NaN and wrong widths are a ValueError."""
    on_failure(lambda: ["accepts-bad-features"])
    for model in production["models"]:
        assert all(model["rejected"].values()), f"rejected: {model['rejected']}"
