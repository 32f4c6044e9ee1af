"""A review, and the scorecard that follows from a run and a review."""

from collections.abc import Mapping
from enum import Enum

from grading.content.records import Mistake, Record, Rubric, ScoredBy
from grading.run.records import Outcome, Run
from grading.submission.records import Flag


class Verdict(Enum):
    """Whether the score passes: needs-review while open points, or a look at a critical mistake, decide it."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    NEEDS_REVIEW = "needs-review"

    @property
    def text(self) -> str:
        """The verdict in words, for pages."""
        return self.value.replace("-", " ")


class Review(Record, frozen=True, kw_only=True):
    """What the reviewer filled in."""

    submission: str = ""  # whose, as the sheet says
    reviewer: str
    points: dict[str, float]  # criterion: points; a criterion that is not there is still open
    comments: dict[str, str]
    dimensions: dict[str, float]  # per cent
    hints: list[str] = []  # given in a live interview, with their minutes
    observed: list[str] = []  # likewise


class ScoredTest(Record, frozen=True, kw_only=True):
    """One hidden test with what it earned."""

    id: str
    title: str
    outcome: Outcome
    points: float
    max: float
    mistakes: list[str]
    message: str = ""


class ScoredCriterion(Record, frozen=True, kw_only=True):
    """One criterion with what it earned."""

    id: str
    title: str
    points: float | None  # None while the reviewer has not given any
    max: float
    scored_by: ScoredBy
    tests: list[ScoredTest]
    adjusted: str = ""  # why the points are not the sum of what the tests alone would give

    @property
    def is_attempted(self) -> bool:
        """Whether any of its tests had something to judge: a follow-up without that was left alone."""
        return any(test.outcome is not Outcome.ERROR for test in self.tests)


class FoundMistake(Record, frozen=True, kw_only=True):
    """A mistake of the catalogue that the run found."""

    mistake: Mistake
    criterion: str
    line: int | None
    detail: str


class Scorecard(Record, frozen=True, kw_only=True):
    """The score with everything that explains it."""

    run: Run
    rubric: Rubric
    criteria: list[ScoredCriterion]
    mistakes: list[FoundMistake]
    flags: list[Flag]
    review: Review | None
    verdict: Verdict
    bonus: list[ScoredCriterion] = []
    bonus_mistakes: list[FoundMistake] = []

    def points(self, scored_by: ScoredBy) -> float | None:
        """Points of one kind; None while any of them are open."""
        earned = [criterion.points for criterion in self.criteria if criterion.scored_by is scored_by]
        return None if None in earned else sum(points for points in earned if points is not None)

    def maximum(self, scored_by: ScoredBy) -> float:
        """The most points of one kind."""
        return sum(criterion.max for criterion in self.criteria if criterion.scored_by is scored_by)

    @property
    def total(self) -> float | None:
        """All points; None while any are open."""
        parts = [self.points(kind) for kind in ScoredBy]
        return None if None in parts else sum(part for part in parts if part is not None)

    @property
    def waits_for_critical(self) -> bool:
        """Whether the points given so far would pass, and a critical mistake keeps the verdict open."""
        given = sum(criterion.points or 0.0 for criterion in self.criteria)
        return self.verdict is Verdict.NEEDS_REVIEW and given >= self.rubric.passing

    @property
    def dimensions(self) -> Mapping[str, tuple[float, float]]:
        """Points earned and points to earn in each dimension whose criteria are all scored."""
        found: dict[str, tuple[float, float]] = {}
        for name in self.rubric.dimensions:
            ids = {criterion.id for criterion in self.rubric.criterion if criterion.dimension == name}
            scored = [criterion for criterion in self.criteria if criterion.id in ids]
            if scored and all(criterion.points is not None for criterion in scored):
                found[name] = (sum(c.points or 0.0 for c in scored), sum(c.max for c in scored))
        return found
