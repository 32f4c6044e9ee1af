"""The records of a review, and of the scorecard computed from a run and a review."""

from collections.abc import Mapping
from enum import Enum

from grading.content.records import Mistake, Record, Rubric, ScoredBy
from grading.run.records import Outcome, Run
from grading.submission.records import Flag


class Verdict(Enum):
    """The verdict: needs-review while it depends on open points, or on the review of a critical mistake."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    NEEDS_REVIEW = "needs-review"

    @property
    def text(self) -> str:
        """The verdict as text, for pages."""
        return self.value.replace("-", " ")


class Review(Record, frozen=True, kw_only=True):
    """A filled-in review sheet."""

    submission: str = ""  # the submission's name on the sheet
    reviewer: str
    points: dict[str, float]  # points by criterion; a missing criterion is still open
    comments: dict[str, str]
    dimensions: dict[str, float]  # per cent by dimension
    hints: list[str] = []  # hints given in a live interview, with their minutes
    observed: list[str] = []  # observations in a live interview, with their minutes


class ScoredTest(Record, frozen=True, kw_only=True):
    """One hidden test with the points that it earned."""

    id: str
    title: str
    outcome: Outcome
    points: float
    max: float
    mistakes: list[str]
    message: str = ""


class ScoredCriterion(Record, frozen=True, kw_only=True):
    """One criterion with the points that it earned."""

    id: str
    title: str
    points: float | None  # None until the reviewer has given them
    max: float
    scored_by: ScoredBy
    tests: list[ScoredTest]
    adjusted: str = ""  # the reason why the points differ from the sum of the tests' points

    @property
    def is_attempted(self) -> bool:
        """Whether any of its tests was judged: a follow-up without a judged test was not attempted."""
        return any(test.outcome is not Outcome.ERROR for test in self.tests)


class FoundMistake(Record, frozen=True, kw_only=True):
    """A mistake of the catalogue that a run found."""

    mistake: Mistake
    criterion: str
    line: int | None
    detail: str


class Scorecard(Record, frozen=True, kw_only=True):
    """The score with its full explanation."""

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
        """The sum of points from tests or reviewer; None while any of them are open."""
        earned = [criterion.points for criterion in self.criteria if criterion.scored_by is scored_by]
        return None if None in earned else sum(points for points in earned if points is not None)

    def maximum(self, scored_by: ScoredBy) -> float:
        """The maximum of points from tests or reviewer."""
        return sum(criterion.max for criterion in self.criteria if criterion.scored_by is scored_by)

    @property
    def total(self) -> float | None:
        """The sum of all points; None while any are open."""
        parts = [self.points(kind) for kind in ScoredBy]
        return None if None in parts else sum(part for part in parts if part is not None)

    @property
    def waits_for_critical(self) -> bool:
        """Whether the points so far are enough to pass, but a critical mistake keeps the verdict open."""
        points_so_far = sum(criterion.points or 0.0 for criterion in self.criteria)
        return self.verdict is Verdict.NEEDS_REVIEW and points_so_far >= self.rubric.passing

    @property
    def dimensions(self) -> Mapping[str, tuple[float, float]]:
        """Points earned and maximum points of each dimension whose criteria are all scored."""
        found: dict[str, tuple[float, float]] = {}
        for name in self.rubric.dimensions:
            ids = {criterion.id for criterion in self.rubric.criterion if criterion.dimension == name}
            scored = [criterion for criterion in self.criteria if criterion.id in ids]
            if scored and all(criterion.points is not None for criterion in scored):
                found[name] = (sum(c.points or 0.0 for c in scored), sum(c.max for c in scored))
        return found
