"""Explains the numbers of `evaluate` by the wrong way of computing that gives them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product

import numpy as np

from grading.run.explain import Cause
from hidden_tests.diagnosis.evaluation_ways import Ways
from hidden_tests.observations.evaluation import Evaluations, ScenarioRun
from hidden_tests.oracle import metrics

# With more departures than this at once, almost any numbers could be explained.
_MAX_DEPARTURES = 3
# As many runs as one submission has: several tests explain the same runs.
_RUNS = 3


# For each of some mistakes: which of its variants give the metrics of a run.
Variants = Mapping[str, set[str]]


def failure_mistakes(run: ScenarioRun) -> list[str | Cause]:
    """Explain a run that does not return three numbers; empty if it does."""
    if run.observed.error is not None:
        return [Cause.of(run.observed.error)]
    if run.observed.kind == "none" or run.observed.rows == 0:
        return ["not-implemented"]
    if not run.gives_metrics:
        only_accuracy = not run.scores and any("acc" in key.lower() for key in run.observed.keys)
        return [Cause("accuracy-as-metric", "alone") if only_accuracy else "wrong-signature"]
    return []


def mode_mistakes(evaluations: Evaluations, otherwise: str) -> list[str | Cause]:
    """Explain numbers of the wrong mode by `otherwise`, and numbers that follow no mode by their own mistakes."""
    if evaluations.follows:
        return [otherwise]
    failed = evaluations.compared.first_failure or evaluations.compared.base
    return failure_mistakes(failed) or metric_mistakes(evaluations.plain[0], evaluations)


def metric_mistakes(run: ScenarioRun, evaluations: Evaluations) -> list[str | Cause]:
    """Explain metrics that are not right.

    An explanation of most plain runs with the fewest mistakes is preferred to one that explains a single run.
    """
    if failures := failure_mistakes(run):
        return failures
    if run.moved:
        return ["trains-while-evaluating"]
    if not evaluations.follows:
        return [Cause("wrong-probabilities", "independent")]
    runs = evaluations.plain
    wrong = [other for other in runs if other.gives_metrics and not other.is_right and not other.moved]
    if not any(other is run for other in wrong):
        return []
    choices = product(*(_explanations(other).items() for other in wrong))
    together = min(
        choices,
        key=lambda chosen: (len(frozenset().union(*(ids for ids, _ in chosen))), sum(len(x) for x, _ in chosen)),
    )
    mine = next(ids for other, (ids, _) in zip(wrong, together, strict=True) if other is run)
    return [Cause(id_, _variant(id_, [found for ids, found in together if id_ in ids])) for id_ in sorted(mine)]


def _variant(id_: str, found: Sequence[Variants]) -> str:
    """Return the one variant that every run shows; empty if there is none, or more."""
    shared = set.intersection(*(variants[id_] for variants in found))
    return shared.pop() if len(shared) == 1 else ""


@lru_cache(maxsize=_RUNS)
def _explanations(run: ScenarioRun) -> Mapping[frozenset[str], Variants]:
    """Return the sets of mistakes that give a run's metrics, each with the variants that do.

    A set of one or two mistakes is preferred to a set of three; where there is none at all, the nearest mistake is
    guessed. A set that contains another is left out.

    Example:
        Of 4 rows, 2 are positive; the logits (2.0, 1.0, 0.3, -1.0) belong to the targets (1, 0, 1, 0). At a threshold
        of 0.5 a right function predicts rows 1 to 3: precision 2/3, recall 1, F1 0.8. A run returns precision 0.5,
        recall 0.5 and F1 0.5. Cutting the logits themselves at 0.5 predicts rows 1 and 2, which gives just that: so
        one explanation is {"missing-sigmoid"}. Accuracy is 3/4 for the right predictions and 1/2 for those, so that
        {"missing-sigmoid", "accuracy-as-metric"} fits as well; it contains the first one, and is left out.
    """
    unseen = run.observed.rows < len(run.scenario.targets)
    ways = Ways(run.scenario, run.observed.passes)
    found: dict[frozenset[str], dict[str, set[str]]] = {}
    for departures in range(1, _MAX_DEPARTURES + 1):
        for parts, scores in ways.departing(departures):
            ids = frozenset(id_ for id_, _ in parts)
            # Rows that were never evaluated are certain: any other mistake comes in addition.
            if run.matches(scores) and unseen <= ("partial-evaluation" in ids):
                for id_, variant in parts:
                    found.setdefault(ids, {}).setdefault(id_, set()).add(variant)
        if found and departures > 1:
            break
    if not found:
        guess = _guess(run, unseen=unseen)
        return {frozenset({guess}): {guess: {""}}}
    # An explanation with fewer mistakes is never worse, whatever explains the other runs.
    return {ids: variants for ids, variants in found.items() if not any(other < ids for other in found)}


def _guess(run: ScenarioRun, *, unseen: bool) -> str:
    """Return the nearest mistake if no known wrong way of computing gives the metrics."""
    if unseen:
        return "partial-evaluation"
    if run.observed.passes > 1:
        return "misaligned-batches"
    return "wrong-probabilities" if _is_some_cut(run) else "wrong-average"


def _is_some_cut(run: ScenarioRun) -> bool:
    """Return whether the metrics are those of another cut through the logits: a wrong but monotone probability."""
    logits, targets = run.scenario.logits[0], run.scenario.targets
    return any(run.matches(metrics(logits >= cut, targets)) for cut in [*logits, np.inf])


def undefined_mistakes(evaluations: Evaluations) -> list[str | Cause]:
    """Explain an undefined ratio that is not 0.0; a failure on every loader is explained by its own mistake."""
    return failure_mistakes(evaluations.plain[0]) or mode_mistakes(evaluations, "undefined-metric-crash")
