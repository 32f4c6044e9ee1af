"""What an evaluation does, told by finding the wrong computation that gives the very numbers observed.

Each hypothesis is a way of getting from logits and targets to the three metrics; those with the fewest departures from
the right way are tried first.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, permutations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hidden_tests.arrays import told
from hidden_tests.oracle import METRICS, Bools, Floats, metrics, sigmoid

# Rounding to three digits is a matter of style; with the scenes' 150 rows, no two ways of computing lie this close.
TOLERANCE = 6e-4
# More departures than this at once, and anything can be explained by something.
_MAX_DEPARTURES = 3

Rows = NDArray[np.intp]
Scores = Mapping[str, float]
Pairs = Sequence[tuple[Bools, Floats]]
Summary = Callable[[Bools, Floats], dict[str, float]]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What one run of `evaluate` was given."""

    logits: Floats  # (4, n): for each mode of the probe's model
    targets: Floats  # (n,)
    orders: NDArray[np.int64]  # (passes, n)
    batch_size: int
    threshold: float

    @property
    def right(self) -> Scores:
        """The metrics that a right evaluation returns."""
        return self.expected(mode=0)

    def expected(self, mode: int) -> Scores:
        """The metrics of a right evaluation of the model in one of its modes."""
        return metrics(sigmoid(self.logits[mode]) >= self.threshold, self.targets)

    def batches(self, number: int) -> list[Rows]:
        """The rows of each batch in one of the passes."""
        return _batches(self.orders[number].astype(np.intp), self.batch_size)


@dataclass(frozen=True, kw_only=True)
class ObservedRun:
    """One run of `evaluate`."""

    scene: Scene
    error: Mapping[str, Any] | None
    kind: str
    keys: Sequence[str]
    scores: Scores  # those of the three that are there and are numbers
    modes: Sequence[Sequence[bool]]
    rows: int
    passes: int
    recording_after: bool
    trainable_after: bool
    gradients_left: bool
    moved: bool

    @property
    def gives_metrics(self) -> bool:
        """Whether there are three numbers to compare."""
        return self.error is None and len(self.scores) == len(METRICS)

    @property
    def told(self) -> str:
        """What came, and what is right."""
        if self.error is not None:
            return f"it raised {self.error['detail'] or self.error['kind']}"
        came = f"it returned {told(self.scores)}" if self.gives_metrics else "it returned no three numbers"
        return f"at threshold {self.scene.threshold:g} {came}, where {told(self.scene.right)} is right"

    @property
    def is_right(self) -> bool:
        """Whether the metrics are right and belong to the model as it was given."""
        return self.matches(self.scene.right) and not self.moved

    def matches(self, expected: Scores) -> bool:
        """Whether the metrics are these."""
        return self.gives_metrics and all(abs(self.scores[name] - expected[name]) <= TOLERANCE for name in METRICS)

    def ran_in(self, *, training: bool | None = None, recording: bool | None = None) -> bool:
        """Whether any forward pass ran in this training mode, or with autograd recording or not.

        Told by the metrics if they are those of one mode of the model, and by the model's own notes otherwise.
        """
        told = [mode for mode in range(4) if self.matches(self.scene.expected(mode))]
        modes = [(bool(mode & 1), bool(mode & 2)) for mode in told] if len(told) == 1 else self.modes
        return any(training in (None, seen[0]) and recording in (None, seen[1]) for seen in modes)


def failure_mistakes(run: ObservedRun) -> list[str]:
    """Explain a run that gives no three numbers; empty if it does."""
    if run.error is not None:
        return [str(run.error["kind"])]
    if run.kind == "none" or (run.rows == 0 and run.passes == 0):
        return ["not-implemented"]
    if not run.gives_metrics:
        only_accuracy = not run.scores and any("acc" in key.lower() for key in run.keys)
        return ["accuracy-as-metric" if only_accuracy else "wrong-signature"]
    return []


def failure_or(run: ObservedRun, otherwise: str) -> list[str]:
    """Explain a run by what kept it from giving numbers, and if nothing did, by this."""
    return failure_mistakes(run) or [otherwise]


def metric_mistakes(run: ObservedRun, runs: Sequence[ObservedRun]) -> list[str]:
    """Explain metrics that are not right.

    Args:
        run: what was observed.
        runs: this and the other runs of the same function: what explains most of them with the fewest mistakes is
            preferred to what happens to explain one.
    """
    if failures := failure_mistakes(run):
        return failures
    if run.moved:
        return ["trains-while-evaluating"]
    wrong = [other for other in runs if other.gives_metrics and not other.is_right and not other.moved]
    if not any(other is run for other in wrong):
        return []
    choices = product(*(_explanations(other) for other in wrong))
    together = min(choices, key=lambda chosen: (len(frozenset().union(*chosen)), sum(map(len, chosen))))
    return sorted(next(names for other, names in zip(wrong, together, strict=True) if other is run))


def _explanations(run: ObservedRun) -> list[frozenset[str]]:
    """Return every set of at most two mistakes that gives these metrics, or else of three, or else a guess."""
    unseen = run.rows < len(run.scene.targets)
    found: dict[frozenset[str], None] = {}
    for departures in range(1, _MAX_DEPARTURES + 1):
        for names, scores in _hypotheses(run.scene, departures):
            # Rows that were never looked at are a fact: whatever else there may be comes on top.
            if names not in found and unseen <= ("partial-evaluation" in names) and run.matches(scores()):
                found[names] = None
        if found and departures > 1:
            return list(found)
    return list(found) or [frozenset({_guess(run, unseen=unseen)})]


def _guess(run: ObservedRun, *, unseen: bool) -> str:
    """Name what comes nearest where no wrong way of computing that is known here gives the metrics."""
    if unseen:
        return "partial-evaluation"
    if run.passes > 1:
        return "misaligned-batches"
    return "wrong-probabilities" if _is_some_cut(run) else "wrong-average"


def _hypotheses(scene: Scene, departures: int) -> Iterator[tuple[frozenset[str], Callable[[], Scores]]]:
    """Return every way of computing the metrics that departs from the right one in this many places."""
    # Any: each place has its own kind of part, in the order of the arguments of `_scores`.
    parts: Any = (_squashings(), _cuts(scene), _selections(scene), _poolings(), _summaries(), _labellings())
    right = [[part for part in options if not part[0]] for options in parts]
    wrong = [[part for part in options if part[0]] for options in parts]
    for places in combinations(range(len(parts)), departures):
        for ways in product(*(wrong[i] if i in places else right[i] for i in range(len(parts)))):
            names = frozenset(name for name, _ in ways if name)
            yield names, partial(_scores, scene, *(way for _, way in ways))


def _scores(
    scene: Scene,
    squash: Callable[[Floats], Floats],
    cut: float,
    batches: Sequence[tuple[Rows, Rows]],
    pool: Callable[[Pairs, Summary], dict[str, float]],
    summarise: Summary,
    label: Callable[[dict[str, float]], Scores],
) -> Scores:
    pairs = [(squash(scene.logits[0][rows]) >= cut, scene.targets[of]) for rows, of in batches]
    return label(pool(pairs, summarise))


def _squashings() -> list[tuple[str, Callable[[Floats], Floats]]]:
    def softmax(logits: Floats) -> Floats:
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum())

    return [
        ("", sigmoid),
        ("missing-sigmoid", lambda logits: logits),
        ("wrong-probabilities", lambda logits: sigmoid(sigmoid(logits))),
        ("wrong-probabilities", softmax),
        ("wrong-probabilities", lambda logits: 1 - sigmoid(logits)),
        ("wrong-probabilities", np.tanh),
        ("wrong-probabilities", lambda logits: sigmoid(2 * logits)),
        ("wrong-probabilities", lambda logits: sigmoid(logits / 2)),
    ]


def _cuts(scene: Scene) -> list[tuple[str, float]]:
    fixed = [("ignores-threshold", 0.5)] if scene.threshold != 0.5 else []
    return [("", scene.threshold), *fixed]


def _selections(scene: Scene) -> list[tuple[str, list[tuple[Rows, Rows]]]]:
    """Which rows' predictions meet which rows' targets, batch by batch."""
    found = []
    for number in range(min(2, len(scene.orders))):
        batches = scene.batches(number)
        found += [
            ("", [(rows, rows) for rows in batches]),
            ("partial-evaluation", [(rows, rows) for rows in batches[-1:]]),
            ("partial-evaluation", [(rows, rows) for rows in batches[:1]]),
            ("partial-evaluation", [(rows, rows) for rows in batches[:-1]]),
            ("partial-evaluation", [(rows, rows) for rows in batches[1:]]),
        ]
    as_stored = _batches(np.arange(len(scene.targets)), scene.batch_size)
    passes = [*(scene.batches(number) for number in range(min(3, len(scene.orders)))), as_stored]
    for first, second in permutations(passes, 2):
        found.append(("misaligned-batches", list(zip(first, second, strict=True))))
    return found


def _batches(order: Rows, size: int) -> list[Rows]:
    return [order[start : start + size] for start in range(0, len(order), size)]


def _poolings() -> list[tuple[str, Callable[[Pairs, Summary], dict[str, float]]]]:
    def pooled(pairs: Pairs, summarise: Summary) -> dict[str, float]:
        return summarise(np.concatenate([p for p, _ in pairs]), np.concatenate([t for _, t in pairs]))

    def averaged(pairs: Pairs, summarise: Summary) -> dict[str, float]:
        each = [summarise(*pair) for pair in pairs]
        return {name: float(np.mean([scores[name] for scores in each])) for name in METRICS}

    def averaged_by_size(pairs: Pairs, summarise: Summary) -> dict[str, float]:
        each, sizes = [summarise(*pair) for pair in pairs], [len(targets) for _, targets in pairs]
        return {name: float(np.average([scores[name] for scores in each], weights=sizes)) for name in METRICS}

    def averaged_then_f1(pairs: Pairs, summarise: Summary) -> dict[str, float]:
        return _with_f1(averaged(pairs, summarise))

    def averaged_where_defined(pairs: Pairs, summarise: Summary) -> dict[str, float]:
        each = [summarise(*pair) for pair in pairs if (pair[1] == 1.0).any()]
        return {name: float(np.mean([scores[name] for scores in each])) if each else 0.0 for name in METRICS}

    names = ("averages-batches",)
    others = (averaged, averaged_by_size, averaged_then_f1, averaged_where_defined)
    return [("", pooled), *((name, pooling) for name in names for pooling in others)]


def _summaries() -> list[tuple[str, Summary]]:
    def of_negatives(predicted: Bools, targets: Floats) -> dict[str, float]:
        return metrics(~predicted.astype(bool), 1.0 - targets)

    def averaged(predicted: Bools, targets: Floats, weights: tuple[float, float]) -> dict[str, float]:
        classes = (metrics(predicted.astype(bool), targets), of_negatives(predicted, targets))
        return {name: float(np.average([c[name] for c in classes], weights=weights)) for name in METRICS}

    def macro(predicted: Bools, targets: Floats) -> dict[str, float]:
        return averaged(predicted, targets, (1.0, 1.0))

    def macro_then_f1(predicted: Bools, targets: Floats) -> dict[str, float]:
        return _with_f1(macro(predicted, targets))

    def weighted(predicted: Bools, targets: Floats) -> dict[str, float]:
        positives = float(np.sum(targets == 1.0))
        return averaged(predicted, targets, (positives, len(targets) - positives))

    def accuracy(predicted: Bools, targets: Floats) -> dict[str, float]:
        return dict.fromkeys(METRICS, _accuracy(predicted, targets))

    def accuracy_in(name: str) -> Summary:
        return lambda predicted, targets: {
            **metrics(predicted.astype(bool), targets),
            name: _accuracy(predicted, targets),
        }

    def f1_of(name: str) -> Summary:
        """Accuracy under one name, and F1 made from it."""
        return lambda predicted, targets: _with_f1(accuracy_in(name)(predicted, targets))

    def arithmetic_f1(predicted: Bools, targets: Floats) -> dict[str, float]:
        right = metrics(predicted.astype(bool), targets)
        return {**right, "f1": (right["precision"] + right["recall"]) / 2}

    def one_of(name: str, other: Summary) -> Summary:
        return lambda predicted, targets: {
            **metrics(predicted.astype(bool), targets),
            name: other(predicted, targets)[name],
        }

    return [
        ("", lambda predicted, targets: metrics(predicted.astype(bool), targets)),
        ("accuracy-as-metric", accuracy),
        *(("accuracy-as-metric", accuracy_in(name)) for name in METRICS),
        *(("accuracy-as-metric", f1_of(name)) for name in ("precision", "recall")),
        *(("wrong-average", summary) for summary in (macro, macro_then_f1, weighted, of_negatives, arithmetic_f1)),
        *(("wrong-average", one_of("f1", summary)) for summary in (macro, weighted, of_negatives)),
    ]


def _with_f1(scores: dict[str, float]) -> dict[str, float]:
    """Return the scores with F1 as it follows from their precision and recall."""
    total = scores["precision"] + scores["recall"]
    return {**scores, "f1": 2 * scores["precision"] * scores["recall"] / total if total else 0.0}


def _accuracy(predicted: Bools, targets: Floats) -> float:
    return float(np.mean(predicted.astype(bool) == (targets == 1.0)))


def _labellings() -> list[tuple[str, Callable[[dict[str, float]], Scores]]]:
    return [
        ("", lambda scores: scores),
        ("swapped-metrics", lambda scores: {**scores, "precision": scores["recall"], "recall": scores["precision"]}),
        ("swapped-metrics", lambda scores: {**scores, "precision": scores["f1"], "f1": scores["precision"]}),
        ("swapped-metrics", lambda scores: {**scores, "recall": scores["f1"], "f1": scores["recall"]}),
        (
            "swapped-metrics",
            lambda scores: {"precision": scores["recall"], "recall": scores["f1"], "f1": scores["precision"]},
        ),
        (
            "swapped-metrics",
            lambda scores: {"precision": scores["f1"], "recall": scores["precision"], "f1": scores["recall"]},
        ),
    ]


def _is_some_cut(run: ObservedRun) -> bool:
    """Whether the metrics are those of some other cut through the logits: of a wrong but monotone probability."""
    logits, targets = run.scene.logits[0], run.scene.targets
    return any(run.matches(metrics(logits >= cut, targets)) for cut in [*logits, np.inf])
