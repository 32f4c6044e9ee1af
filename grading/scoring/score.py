"""Computes the scorecard from a run, a rubric and the catalogue of mistakes, as a pure function."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from grading.content.records import ANY, Catalogue, Criterion, Mistake, Rubric, ScoredBy, Severity
from grading.run.records import Finding, Outcome, Result, Run
from grading.scoring.records import FoundMistake, Review, Scorecard, ScoredCriterion, ScoredTest, Verdict
from grading.submission.records import Flag

# The share of its criterion that a mistake costs, whichever tests find it: a minimum, and a maximum for a minor one.
MIN_LOSS = {Severity.CRITICAL: 1 / 2, Severity.MAJOR: 1 / 5, Severity.MINOR: 0.0}
MAX_MINOR_LOSS = 1 / 3
_DIGITS = 2


def score(run: Run, rubric: Rubric, catalogue: Catalogue, review: Review | None = None) -> Scorecard:
    """Return the scorecard of a run.

    A test of the rubric that is missing in the run, or duplicate, earns nothing.
    """
    run = _without_consequences(run, rubric, catalogue)
    found = _found(run, rubric.criterion, catalogue)
    bonus_found = _found(run, rubric.bonus, catalogue)
    criteria = [
        _score_tests(criterion, run, found)
        if criterion.scored_by is ScoredBy.TESTS
        else _score_review(criterion, review)
        for criterion in rubric.criterion
    ]
    return Scorecard(
        run=run,
        rubric=rubric,
        criteria=criteria,
        mistakes=found,
        flags=[*run.submission.flags, *run.notes, *_review_flags(run, review)],
        review=review,
        verdict=_verdict(criteria, rubric.passing, found),
        bonus=[_score_tests(criterion, run, bonus_found) for criterion in rubric.bonus],
        # A follow-up that was not attempted is not a mistake.
        bonus_mistakes=[f for f in bonus_found if f.mistake.id != "not-implemented"],
    )


def _without_consequences(run: Run, rubric: Rubric, catalogue: Catalogue) -> Run:
    """Return the run without findings that are consequences of other findings of the same criterion."""
    judged = {criterion.id for criterion in (*rubric.criterion, *rubric.bonus)}
    found: dict[str, set[str]] = {}
    for result in run.results:
        found.setdefault(result.criterion, set()).update(finding.id for finding in result.findings)

    def is_reported(finding: Finding, result: Result) -> bool:
        return found[result.criterion].isdisjoint(
            catalogue(_counted_criterion(finding, result), finding.id).consequence_of
        )

    results = [
        msgspec.structs.replace(result, findings=[f for f in result.findings if is_reported(f, result)])
        if result.criterion in judged
        else result
        for result in run.results
    ]
    return msgspec.structs.replace(run, results=results)


def _review_flags(run: Run, review: Review | None) -> list[Flag]:
    """Flag a sheet with another submission's name: it is from an interview, or the wrong sheet."""
    if review is None or review.submission in ("", run.submission.name):
        return []
    detail = f"the review sheet is for {review.submission!r}, but the submission is {run.submission.name!r}"
    return [Flag(id="review-of-another", severity="warning", detail=detail)]


def _found(run: Run, criteria: Sequence[Criterion], catalogue: Catalogue) -> list[FoundMistake]:
    """Return each mistake once per criterion, the most severe first."""
    judged = {criterion.id for criterion in criteria}
    by_key: dict[tuple[str, str], Finding] = {}
    for result in run.results:
        if result.criterion not in judged:
            continue
        for finding in result.findings:
            key = (_counted_criterion(finding, result), finding.id)
            if key not in by_key or _is_more_specific(finding, by_key[key]):
                by_key[key] = finding
    found = [
        FoundMistake(
            mistake=_with_variant(catalogue(home, id_), finding),
            criterion=home,
            line=finding.line,
            detail=finding.detail,
        )
        for (home, id_), finding in by_key.items()
    ]
    order = list(Severity)
    places = [criterion.id for criterion in criteria]
    return sorted(
        found,
        key=lambda f: (
            order.index(f.mistake.severity),
            places.index(f.criterion) if f.criterion in places else -1,
            f.mistake.id,
        ),
    )


def _is_more_specific(finding: Finding, than: Finding) -> bool:
    return (finding.line is not None, bool(finding.variant)) > (than.line is not None, bool(than.variant))


def _with_variant(mistake: Mistake, finding: Finding) -> Mistake:
    """Return a mistake with the texts of the observed variant, and with the exception or missing package."""
    variant = mistake.variant.get(finding.variant)
    if variant is not None:
        mistake = msgspec.structs.replace(
            mistake,
            title=variant.title,
            reviewer=variant.reviewer or mistake.reviewer,
            hint=variant.hint or mistake.hint,
        )
    if not finding.exception:
        return mistake
    where = "" if finding.line is None else f" in line {finding.line}"
    return msgspec.structs.replace(mistake, title=f"{mistake.title}: {finding.exception}{where}")


def _counted_criterion(finding: Finding, result: Result) -> str:
    """Return the criterion that a mistake counts for: ANY only if it prevents the module from loading."""
    whole_module = finding.criterion == ANY and result.outcome in (Outcome.ERROR, Outcome.TIMEOUT)
    return ANY if whole_module else result.criterion


def _score_tests(criterion: Criterion, run: Run, found: Iterable[FoundMistake]) -> ScoredCriterion:
    results: dict[str, list[Result]] = {}
    for result in run.results:
        if result.criterion == criterion.id:
            results.setdefault(result.id, []).append(result)
    outcomes = {
        test: results[test][0].outcome if len(results.get(test, ())) == 1 else Outcome.ERROR for test in criterion.tests
    }
    passed = sum(points for test, points in criterion.tests.items() if outcomes[test] is Outcome.PASSED)
    named = {finding.id for of_test in results.values() for result in of_test for finding in result.findings}
    own = [f for f in found if f.criterion == criterion.id or (f.criterion == ANY and f.mistake.id in named)]
    severities = {f.mistake.severity for f in own} if criterion.bounded else set()
    earned, adjusted = _within_severity(passed, criterion.points, severities)
    shares = _shares(criterion.tests, outcomes, passed, earned)
    return ScoredCriterion(
        id=criterion.id,
        title=criterion.title,
        points=earned,
        max=criterion.points,
        scored_by=criterion.scored_by,
        tests=[
            ScoredTest(
                id=test,
                title=results[test][0].title if test in results else test,
                outcome=outcomes[test],
                points=shares[test],
                max=points,
                mistakes=[finding.id for finding in results[test][0].findings] if test in results else [],
                message=results[test][0].message if test in results else "The report lacks this test.",
            )
            for test, points in criterion.tests.items()
        ],
        adjusted=adjusted,
    )


def _within_severity(passed: float, points: float, severities: set[Severity]) -> tuple[float, str]:
    """Return the points, limited by the mistakes' severity, and the reason if they were changed."""
    if not severities:
        return round(passed, _DIGITS), ""
    worst = min(severities, key=list(Severity).index)
    most = points * (1 - MIN_LOSS[worst])
    if passed > most:
        return round(most, _DIGITS), f"a {worst.value} mistake costs at least {MIN_LOSS[worst]:.0%}"
    least = points * (1 - MAX_MINOR_LOSS) if worst is Severity.MINOR else 0.0
    if passed < least:
        return round(least, _DIGITS), "a minor mistake costs at most a third"
    return round(passed, _DIGITS), ""


def _shares(
    tests: Mapping[str, float], outcomes: Mapping[str, Outcome], passed: float, earned: float
) -> dict[str, float]:
    """Return each test's share of the points earned, in proportion to the tests' maximum points.

    The tests that passed come first, each up to its maximum. If the severity of the mistakes
    allows more points than the passed tests have, the rest goes to the failed tests.
    """
    others = sum(points for test, points in tests.items() if outcomes[test] is not Outcome.PASSED)
    part_of_passed = min(1.0, earned / passed) if passed else 0.0
    part_of_others = max(0.0, earned - passed) / others if others else 0.0
    return {
        test: round(points * (part_of_passed if outcomes[test] is Outcome.PASSED else part_of_others), _DIGITS)
        for test, points in tests.items()
    }


def _score_review(criterion: Criterion, review: Review | None) -> ScoredCriterion:
    return ScoredCriterion(
        id=criterion.id,
        title=criterion.title,
        points=None if review is None else review.points.get(criterion.id),
        max=criterion.points,
        scored_by=criterion.scored_by,
        tests=[],
    )


def _verdict(criteria: Iterable[ScoredCriterion], passing: float, mistakes: Iterable[FoundMistake]) -> Verdict:
    """Return the verdict: pass or fail as soon as the open points cannot change it.

    A score with a critical mistake needs a review, so it does not pass while reviewer points are open.
    """
    least = most = 0.0
    is_open = False
    for criterion in criteria:
        is_open |= criterion.points is None
        least += criterion.points or 0.0
        most += criterion.max if criterion.points is None else criterion.points
    if most < passing:
        return Verdict.FAIL
    if least < passing or (is_open and any(f.mistake.severity is Severity.CRITICAL for f in mistakes)):
        return Verdict.NEEDS_REVIEW
    return Verdict.PASS
