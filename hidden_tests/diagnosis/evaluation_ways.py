"""The ways of getting from logits and targets to the three metrics: the right one, and those that depart from it.

Each way is put together of six parts: what squashes the logits, where they are cut, which rows meet which targets, how
batches are pooled, what is made of the counts, and under which names. A part that departs has a mistake and a variant.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations, permutations, product
from typing import Any, NamedTuple

import numpy as np

from hidden_tests.oracle import METRICS, Bools, Floats, metrics, sigmoid
from hidden_tests.scenarios.evaluation import Rows, Scenario, Scores, batches_of

Pairs = Sequence[tuple[Bools, Floats]]
Summary = Callable[[Bools, Floats], dict[str, float]]


class Part(NamedTuple):
    """One part of a way, and the mistake that it is: none if it is right."""

    mistake: str
    variant: str
    # Any: each place has its own kind of part.
    does: Any


# A mistake and the variant of it; the variant is empty where the numbers alone do not show one.
Departure = tuple[str, str]


def ways(
    scenario: Scenario, departures: int, passes: int
) -> Iterator[tuple[Sequence[Departure], Callable[[], Scores]]]:
    """Yield every way of computing the metrics that departs from the right one in this many places.

    Args:
        scenario: what the metrics are computed from.
        departures: in how many places.
        passes: how many passes over the loader there were: no others are looked at.
    """
    # In the order of the arguments of `_scores`.
    places = (_squashings(), _cuts(scenario), _selections(scenario, passes), _poolings(), _summaries(), _labellings())
    right = [[part for part in parts if not part.mistake] for parts in places]
    wrong = [[part for part in parts if part.mistake] for parts in places]
    for departing in combinations(range(len(places)), departures):
        for chosen in product(*(wrong[i] if i in departing else right[i] for i in range(len(places)))):
            found = [(part.mistake, part.variant) for part in chosen if part.mistake]
            yield found, partial(_scores, scenario, *(part.does for part in chosen))


def _scores(
    scenario: Scenario,
    squash: Callable[[Floats], Floats],
    cut: float,
    batches: Sequence[tuple[Rows, Rows]],
    pool: Callable[[Pairs, Summary], dict[str, float]],
    summarise: Summary,
    label: Callable[[dict[str, float]], Scores],
) -> Scores:
    pairs = [(squash(scenario.logits[0][rows]) >= cut, scenario.targets[of]) for rows, of in batches]
    return label(pool(pairs, summarise))


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
    """Which rows' predictions meet which rows' targets, batch by batch."""
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
        """Accuracy under one name, and F1 made from it."""
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
    """Return the scores with F1 as it follows from their precision and recall."""
    total = scores["precision"] + scores["recall"]
    return {**scores, "f1": 2 * scores["precision"] * scores["recall"] / total if total else 0.0}


def _accuracy(predicted: Bools, targets: Floats) -> float:
    return float(np.mean(predicted.astype(bool) == (targets == 1.0)))


def _labellings() -> list[Part]:
    def taken_from(precision: str, recall: str, f1: str) -> Callable[[dict[str, float]], Scores]:
        return lambda scores: {"precision": scores[precision], "recall": scores[recall], "f1": scores[f1]}

    return [
        Part("", "", lambda scores: scores),
        Part("swapped-metrics", "precision-and-recall", taken_from("recall", "precision", "f1")),
        Part("swapped-metrics", "precision-and-f1", taken_from("f1", "recall", "precision")),
        Part("swapped-metrics", "recall-and-f1", taken_from("precision", "f1", "recall")),
        Part("swapped-metrics", "all-three", taken_from("recall", "f1", "precision")),
        Part("swapped-metrics", "all-three", taken_from("f1", "precision", "recall")),
    ]
