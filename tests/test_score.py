"""Tests of the score, which is a pure function of run, rubric and catalogue."""

import msgspec
import pytest

from grading.content.records import Criterion, Mistake, Rubric, ScoredBy, Severity
from grading.run.records import Finding, Outcome, Result, Run
from grading.scoring.records import Review, Scorecard, Verdict
from grading.scoring.score import score
from grading.submission.records import History, Submission

RUBRIC = Rubric(
    level="mid",
    time_box="an hour",
    passing=70,
    dimensions={"knowledge": 100},
    criterion=[
        Criterion(
            id="loss",
            title="Loss",
            points=60,
            dimension="knowledge",
            scored_by=ScoredBy.TESTS,
            tests={"right": 30, "stable": 20, "mean": 10},
        ),
        Criterion(
            id="loop", title="Loop", points=30, dimension="knowledge", scored_by=ScoredBy.TESTS, tests={"steps": 30}
        ),
        Criterion(id="talk", title="Talk", points=10, dimension="knowledge", scored_by=ScoredBy.REVIEWER),
    ],
)
SUBMISSION = Submission(
    name="x",
    commit=None,
    source="",
    answers=[],
    flags=[],
    history=History(commits=[], minutes=0, outside=[]),
)


def result(id_: str, outcome: Outcome = Outcome.PASSED, *mistakes: str, criterion: str = "loss") -> Result:
    """Return the result of one test of the rubric above."""
    findings = [Finding(id=mistake, criterion=criterion) for mistake in mistakes]
    return Result(id=id_, criterion=criterion, outcome=outcome, title=id_, findings=findings)


PASSING = [result("right"), result("stable"), result("mean"), result("steps", criterion="loop")]


def scored(results: list[Result], review: Review | None = None, rubric: Rubric = RUBRIC) -> Scorecard:
    """Score results with a catalogue in which an id is `SEVERITY-NAME`, optionally followed by `-after-CAUSE`."""

    def catalogue(criterion: str, id_: str) -> Mistake:
        severity, (_, _, cause) = Severity(id_.split("-")[0]), id_.partition("-after-")
        causes = [cause] if cause else []
        return Mistake(
            id=id_, criterion=criterion, severity=severity, title="t", reviewer="r", hint="h", consequence_of=causes
        )

    run = Run(level="mid", seed=1, sandbox="bubblewrap", seconds=1.0, submission=SUBMISSION, notes=[], results=results)
    return score(run, rubric, catalogue, review)


def reviewed(points: float) -> Review:
    """Return a review that gives these points for the talk."""
    return Review(reviewer="R", points={"talk": points}, comments={}, dimensions={})


def loss_points(results: list[Result]) -> float | None:
    """Score results and return the points of the first criterion."""
    return scored(results).criteria[0].points


def test_passed_tests_earn_their_points():
    """A run in which all tests pass earns all automatic points."""
    assert scored(PASSING).points(ScoredBy.TESTS) == 90


def test_a_missing_test_earns_nothing():
    """A test without a result earns no points, so ending a run early cannot raise a score."""
    assert loss_points(PASSING[1:]) == 30


def test_a_test_reported_twice_earns_nothing():
    """A test that is reported twice earns no points."""
    assert loss_points([*PASSING, result("right")]) == 30


def test_an_unknown_test_earns_nothing():
    """A test that the rubric does not name earns no points."""
    assert scored([*PASSING, result("extra"), result("other", criterion="bonus")]).points(ScoredBy.TESTS) == 90


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.ERROR, Outcome.TIMEOUT])
def test_tests_that_did_not_pass_earn_nothing(outcome: Outcome):
    """Failed tests, errors and timeouts earn no points."""
    assert loss_points([result("right", outcome, "major-x"), *PASSING[1:]]) == 30


def test_a_critical_mistake_costs_at_least_half():
    """A critical mistake costs at least half of the criterion, even if only a small test finds it."""
    assert loss_points([*PASSING[:2], result("mean", Outcome.FAILED, "critical-x"), PASSING[3]]) == 30


def test_a_major_mistake_costs_at_least_a_fifth():
    """A major mistake costs at least a fifth of the criterion, even if only a small test finds it."""
    assert loss_points([*PASSING[:2], result("mean", Outcome.FAILED, "major-x"), PASSING[3]]) == 48


def test_a_minor_mistake_costs_at_most_a_third():
    """A minor mistake costs at most a third of the criterion, even if the largest test finds it."""
    assert loss_points([result("right", Outcome.FAILED, "minor-x"), *PASSING[1:]]) == 40


def test_a_minor_mistake_with_a_worse_one_is_not_limited():
    """The limit for minor mistakes does not apply if there is a more severe mistake as well."""
    results = [result("right", Outcome.FAILED, "minor-x", "critical-y"), *PASSING[1:]]

    assert loss_points(results) == 30


def test_a_mistake_does_not_change_other_criteria():
    """A mistake does not change the points of other criteria."""
    assert scored([*PASSING[:2], result("mean", Outcome.FAILED, "critical-x"), PASSING[3]]).criteria[1].points == 30


def test_points_of_tests_add_up_to_those_of_the_criterion():
    """The points of the tests add up to those of the criterion, also where a severity limits them."""
    for results in (
        [*PASSING[:2], result("mean", Outcome.FAILED, "critical-x"), PASSING[3]],
        [result("right", Outcome.FAILED, "minor-x"), *PASSING[1:]],
        PASSING,
    ):
        criterion = scored(results).criteria[0]
        assert sum(test.points for test in criterion.tests) == pytest.approx(criterion.points, abs=0.03)


def test_points_go_first_to_the_tests_that_passed():
    """Passed tests get their points first, and a failed test gets a share only of what the severity leaves."""

    def shares(results: list[Result]) -> list[float]:
        return [test.points for test in scored(results).criteria[0].tests]

    failed = result("right", Outcome.FAILED, "minor-x")
    assert shares(PASSING) == [30, 20, 10]
    assert shares([*PASSING[:2], result("mean", Outcome.FAILED, "critical-x")]) == [18, 12, 0]
    assert shares([failed, *PASSING[1:]]) == [10, 20, 10]
    assert shares([failed, *(result(id_, Outcome.FAILED, "minor-x") for id_ in ("stable", "mean"))]) == [
        20,
        13.33,
        6.67,
    ]
    assert shares([result("right", Outcome.FAILED), *PASSING[1:]]) == [0, 20, 10]


def test_a_mistake_seen_by_several_tests_is_named_once():
    """A mistake that several tests find is named once, and the most severe mistake comes first."""
    results = [
        result("right", Outcome.FAILED, "minor-x", "critical-y"),
        result("stable", Outcome.FAILED, "critical-y"),
    ]

    assert [found.mistake.id for found in scored(results).mistakes] == ["critical-y", "minor-x"]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_consequence_is_not_reported_with_its_cause(backwards: bool):
    """A consequence is hidden by its cause in any order of results, and the test that found it names no mistake."""
    results = [
        result("right", Outcome.FAILED, "minor-x"),
        result("stable", Outcome.FAILED, "critical-poor-after-minor-x"),
    ]
    card = scored([*reversed(results)] if backwards else results)

    assert [found.mistake.id for found in card.mistakes] == ["minor-x"]
    assert [test.mistakes for test in card.criteria[0].tests] == [["minor-x"], [], []]
    assert card.criteria[0].points == 40  # two thirds: only the minor mistake limits the loss


def test_a_consequence_alone_is_reported():
    """A consequence is reported if its cause was not found in the same criterion."""
    results = [
        result("right", Outcome.FAILED, "major-poor-after-minor-x"),
        result("steps", Outcome.FAILED, "minor-x", criterion="loop"),
    ]

    assert [found.mistake.id for found in scored(results).mistakes] == ["major-poor-after-minor-x", "minor-x"]


def test_the_verdict_is_open_only_while_open_points_can_change_it():
    """The verdict is open only if the reviewer's points can still change it."""
    enough = [PASSING[0], PASSING[1], result("mean", Outcome.FAILED, "minor-x"), PASSING[3]]
    between = [PASSING[0], result("stable", Outcome.FAILED, "major-x"), PASSING[2], result("steps", Outcome.FAILED)]
    border = [PASSING[0], result("stable", Outcome.FAILED), result("mean", Outcome.FAILED), PASSING[3]]

    assert scored(enough).verdict is Verdict.PASS
    assert scored(between).verdict is Verdict.FAIL
    assert scored(border).verdict is Verdict.NEEDS_REVIEW
    assert scored(border, reviewed(10)).verdict is Verdict.PASS
    assert scored(border, reviewed(9)).verdict is Verdict.FAIL


def test_a_critical_mistake_does_not_pass_while_reviewer_points_are_open():
    """A critical mistake needs a review until all points are given, even above the passing mark."""
    critical = [*PASSING[:3], result("steps", Outcome.FAILED, "critical-x", criterion="loop")]
    assert scored(critical).points(ScoredBy.TESTS) == 60

    rubric = msgspec.structs.replace(RUBRIC, passing=50)
    assert scored(critical, rubric=rubric).verdict is Verdict.NEEDS_REVIEW
    assert scored(critical, rubric=rubric).waits_for_critical
    assert scored(critical, reviewed(0), rubric=rubric).verdict is Verdict.PASS
    assert scored(critical, reviewed(0)).verdict is Verdict.FAIL


def test_a_critical_mistake_still_fails_when_the_passing_mark_is_out_of_reach():
    """The verdict is fail, not open, if the open points cannot reach the passing mark."""
    critical = [
        result("right", Outcome.FAILED, "critical-x"),
        *PASSING[1:3],
        result("steps", Outcome.FAILED, "critical-y", criterion="loop"),
    ]

    assert scored(critical).verdict is Verdict.FAIL
    assert not scored(critical).waits_for_critical


@pytest.mark.parametrize("worst", ["major-x", "minor-x"])
def test_other_mistakes_do_not_need_a_review(worst: str):
    """Major and minor mistakes do not need a review if the points reach the passing mark."""
    results = [*PASSING[:2], result("mean", Outcome.FAILED, worst), PASSING[3]]

    assert scored(results).verdict is Verdict.PASS


def test_a_critical_mistake_in_a_follow_up_does_not_change_the_verdict():
    """A critical mistake in a follow-up does not change the verdict, because follow-ups are a bonus."""
    bonus = Criterion(
        id="extra", title="Extra", points=5, dimension="knowledge", scored_by=ScoredBy.TESTS, tests={"more": 5}
    )
    rubric = msgspec.structs.replace(RUBRIC, bonus=[bonus])
    card = scored([*PASSING, result("more", Outcome.FAILED, "critical-x", criterion="extra")], rubric=rubric)

    assert [found.mistake.id for found in card.bonus_mistakes] == ["critical-x"]
    assert card.verdict is Verdict.PASS


def test_the_total_is_open_until_the_reviewer_gives_points():
    """There is no total until the reviewer has given all points."""
    assert scored(PASSING).total is None
    assert scored(PASSING, reviewed(7)).total == 97
