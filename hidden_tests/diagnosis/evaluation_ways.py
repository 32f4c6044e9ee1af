"""The ways of computing the three metrics from logits and targets: the correct one, and departures from it.

Each way has six parts: the function applied to the logits, the cut, which rows are compared with which targets, how
batches are pooled, how the counts are summarised, and under which names. A wrong part has a mistake and a variant.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, permutations, product
from typing import Any, NamedTuple

import numpy as np

from hidden_tests.oracle import METRICS, Bools, Floats, metrics, sigmoid
from hidden_tests.scenarios.evaluation import Scenario, Scores, batches_of

Pairs = Sequence[tuple[Bools, Floats]]
Summary = Callable[[Bools, Floats], dict[str, float]]


class Part(NamedTuple):
    """One part of a way, with its mistake, empty if the part is correct."""

    mistake: str
    variant: str
    # Any: each position has its own kind of part.
    does: Any


# A mistake and the variant of it; the variant is empty where the numbers alone do not show one.
Departure = tuple[str, str]


class Ways:
    """The ways of computing the metrics in one scenario.

    Args:
        scenario: what the metrics are computed from.
        passes: how many passes over the loader there were: no others are looked at.
    """

    def __init__(self, scenario: Scenario, passes: int) -> None:
        self._scenario = scenario
        self._places = (
            _squashings(),
            _cuts(scenario),
            _selections(scenario, passes),
            _poolings(),
            _summaries(),
            _labellings(),
        )
        # Cached by the parts' numbers: the last positions vary fastest, so results of the first ones are reused.
        self._pairs: dict[Sequence[int], Pairs] = {}
        self._pooled: dict[Sequence[int], dict[str, float]] = {}

    def departing(self, departures: int) -> Iterator[tuple[Sequence[Departure], Scores]]:
        """Yield each way that departs from the correct one in this many parts, with its metrics."""
        right = [[i for i, part in enumerate(parts) if not part.mistake] for parts in self._places]
        wrong = [[i for i, part in enumerate(parts) if part.mistake] for parts in self._places]
        for departing in combinations(range(len(self._places)), departures):
            for chosen in product(*(wrong[i] if i in departing else right[i] for i in range(len(self._places)))):
                parts = [parts[i] for parts, i in zip(self._places, chosen, strict=True)]
                yield [(part.mistake, part.variant) for part in parts if part.mistake], self._scores(chosen, parts)

    def _scores(self, chosen: Sequence[int], parts: Sequence[Part]) -> Scores:
        squash, cut, batches, pool, summarise, label = (part.does for part in parts)
        logits, targets = self._scenario.logits[0], self._scenario.targets
        if chosen[:3] not in self._pairs:
            self._pairs[chosen[:3]] = [(squash(logits[rows]) >= cut, targets[of]) for rows, of in batches]
        if chosen[:5] not in self._pooled:
            self._pooled[chosen[:5]] = pool(self._pairs[chosen[:3]], summarise)
        scores: Scores = label(self._pooled[chosen[:5]])
        return scores


def _squashings() -> list[Part]:
    def softmax(logits: Floats) -> Floats:
        powers = np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum())

    return [
        Part("", "", sigmoid),
        Part("missing-sigmoid", "", lambda logits: logits),
        Part("wrong-probabilities", "sigmoid-twice", lambda logits: sigmoid(sigmoid(logits))),
        Part("wrong-probabilities", "softmax", softmax),
        Part("wrong-probabilities", "complement", lambda logits: 1 - sigmoid(logits)),
        Part("wrong-probabilities", "tanh", np.tanh),
        Part("wrong-probabilities", "", lambda logits: sigmoid(2 * logits)),
        Part("wrong-probabilities", "", lambda logits: sigmoid(logits / 2)),
    ]


def _cuts(scenario: Scenario) -> list[Part]:
    fixed = [Part("ignores-threshold", "", 0.5)] if scenario.threshold != 0.5 else []
    return [Part("", "", scenario.threshold), *fixed]


def _selections(scenario: Scenario, passes: int) -> list[Part]:
    """Return the parts that pair predictions with targets, batch by batch."""
    orders = [scenario.batches(number) for number in range(min(max(passes, 1), len(scenario.orders)))]
    found = []
    for batches in orders[:2]:
        same = [(rows, rows) for rows in batches]
        found += [
            Part("", "", same),
            Part("partial-evaluation", "first-batch", same[:1]),
            Part("partial-evaluation", "last-batch", same[-1:]),
            Part("partial-evaluation", "without-first", same[1:]),
            Part("partial-evaluation", "without-last", same[:-1]),
        ]
    as_stored = batches_of(np.arange(len(scenario.targets)), scenario.batch_size)
    for first, second in permutations([*orders, as_stored], 2):
        found.append(Part("misaligned-batches", "", list(zip(first, second, strict=True))))
    return found


def _poolings() -> list[Part]:
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

    others = (averaged, averaged_by_size, averaged_then_f1, averaged_where_defined)
    return [Part("", "", pooled), *(Part("averages-batches", "", pooling) for pooling in others)]


def _summaries() -> list[Part]:
    def right(predicted: Bools, targets: Floats) -> dict[str, float]:
        return metrics(predicted.astype(bool), targets)

    def of_negatives(predicted: Bools, targets: Floats) -> dict[str, float]:
        return metrics(~predicted.astype(bool), 1.0 - targets)

    def averaged(predicted: Bools, targets: Floats, weights: tuple[float, float]) -> dict[str, float]:
        classes = (right(predicted, targets), of_negatives(predicted, targets))
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
        return lambda predicted, targets: {**right(predicted, targets), name: _accuracy(predicted, targets)}

    def f1_of(name: str) -> Summary:
        """Return accuracy under one name, and F1 computed from it."""
        return lambda predicted, targets: _with_f1(accuracy_in(name)(predicted, targets))

    def arithmetic_f1(predicted: Bools, targets: Floats) -> dict[str, float]:
        found = right(predicted, targets)
        return {**found, "f1": (found["precision"] + found["recall"]) / 2}

    def f1_from(other: Summary) -> Summary:
        return lambda predicted, targets: {**right(predicted, targets), "f1": other(predicted, targets)["f1"]}

    return [
        Part("", "", right),
        Part("accuracy-as-metric", "everywhere", accuracy),
        *(Part("accuracy-as-metric", f"as-{name}", accuracy_in(name)) for name in METRICS),
        *(Part("accuracy-as-metric", f"as-{name}", f1_of(name)) for name in ("precision", "recall")),
        Part("wrong-average", "macro", macro),
        Part("wrong-average", "macro", macro_then_f1),
        Part("wrong-average", "weighted", weighted),
        Part("wrong-average", "negative-class", of_negatives),
        Part("wrong-average", "arithmetic-f1", arithmetic_f1),
        Part("wrong-average", "macro-f1", f1_from(macro)),
        Part("wrong-average", "weighted-f1", f1_from(weighted)),
        Part("wrong-average", "negative-f1", f1_from(of_negatives)),
    ]


def _with_f1(scores: dict[str, float]) -> dict[str, float]:
    """Return the scores with F1 computed from their precision and recall."""
    total = scores["precision"] + scores["recall"]
    return {**scores, "f1": 2 * scores["precision"] * scores["recall"] / total if total else 0.0}


def _accuracy(predicted: Bools, targets: Floats) -> float:
    return float(np.mean(predicted.astype(bool) == (targets == 1.0)))


def _labellings() -> list[Part]:
    def taken_from(precision: str, recall: str, f1: str) -> Callable[[dict[str, float]], Scores]:
        return lambda scores: {"precision": scores[precision], "recall": scores[recall], "f1": scores[f1]}

    def each(change: Callable[[float], float]) -> Callable[[dict[str, float]], Scores]:
        return lambda scores: {name: change(score) for name, score in scores.items()}

    return [
        Part("", "", lambda scores: scores),
        Part("wrong-scale", "per-cent", each(lambda score: 100 * score)),
        Part("wrong-scale", "rounded", each(lambda score: round(score, 2))),
        Part("wrong-scale", "rounded", each(lambda score: round(score, 1))),
        Part("swapped-metrics", "precision-and-recall", taken_from("recall", "precision", "f1")),
        Part("swapped-metrics", "precision-and-f1", taken_from("f1", "recall", "precision")),
        Part("swapped-metrics", "recall-and-f1", taken_from("precision", "f1", "recall")),
        Part("swapped-metrics", "all-three", taken_from("recall", "f1", "precision")),
        Part("swapped-metrics", "all-three", taken_from("f1", "precision", "recall")),
    ]
