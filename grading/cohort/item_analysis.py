"""Item analysis of a cohort: difficulty and discrimination of each test."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import StatisticsError, correlation

from grading.render.html.cohort import Item
from grading.run.records import Outcome
from grading.scoring.grade import Grade


def items(grades: Sequence[Grade]) -> list[Item]:
    """Return each automatic criterion and, after it, its hidden tests, in the rubric's order.

    Source: F. M. Lord and M. R. Novick, Statistical Theories of Mental Test Scores, 1968, chapter 15.
    """
    earned: dict[tuple[str, str | None], list[tuple[float, float]]] = {}
    for grade in grades:
        automatic = grade.score.automatic
        for criterion in grade.criteria:
            if not criterion.tests or criterion.points is None:
                continue
            share = criterion.points / criterion.max
            earned.setdefault((criterion.id, None), []).append((share, automatic - criterion.points))
            for test in criterion.tests:
                passed = float(test.outcome is Outcome.PASSED)
                earned.setdefault((criterion.id, test.id), []).append((passed, automatic - passed * test.max))
    return [
        Item(
            criterion=criterion,
            test=test,
            difficulty=sum(share for share, _ in pairs) / len(pairs),
            discrimination=_correlation(pairs),
        )
        for (criterion, test), pairs in earned.items()
    ]


def most_frequent(grades: Iterable[Grade]) -> Mapping[tuple[str, str, str], int]:
    """Return how many submissions made each mistake, by criterion, id and title, the most frequent first."""
    counts: dict[tuple[str, str, str], int] = {}
    for grade in grades:
        for key in {(mistake.criterion, mistake.id, mistake.title) for mistake in grade.mistakes}:
            counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    try:
        return correlation(*zip(*pairs, strict=True))
    except StatisticsError:
        return None
