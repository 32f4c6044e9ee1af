"""The records that the modules hand on. Data alone: one frozen record for each noun, decoded once at the edge."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

Points = Annotated[float, Meta(gt=0, le=100)]
Id = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]*\Z")]
Text = Annotated[str, Meta(min_length=1)]


class _Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all records have in common."""


class Severity(Enum):
    """How much of its criterion a mistake costs: at least half, at least a fifth, at most a third."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class Outcome(Enum):
    """What became of one hidden test."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # no verdict: the code failed before there was anything to judge, or the report lacks the test
    TIMEOUT = "timeout"


class ScoredBy(Enum):
    """Who gives a criterion's points."""

    TESTS = "tests"
    REVIEWER = "reviewer"


class Verdict(Enum):
    """What the score says so far."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    NEEDS_REVIEW = "needs-review"


# --- What an assignment says of itself (TOML) ------------------------------------------------------------------------


class Manifest(_Record, frozen=True, kw_only=True):
    """What the engine needs to know of an assignment: hidden_tests/assignment.toml."""

    title: Text
    module: Text  # the candidate's module, as it is imported
    source: Text  # its file
    discussion: Text  # the file of the candidate's answers
    reference: Text  # the finished module, with the marks that make each level's starter of it
    further: dict[str, str] = {}  # other files that a candidate may hand in, each a module: its reference
    given: list[Text]  # files that the candidate gets and does not edit, laid beside the module in the sandbox
    handout: list[Text]  # other files of the handout, whose edits the reviewer is told of
    probes: Text  # the module of probes
    figures: Text | None = None  # the module that shows what the candidate's model does: `observe` and `draw`
    inside: list[Text]  # what the probes need in the sandbox, below the root
    allowed_imports: list[Text]  # beside the standard library and the assignment itself
    preload: dict[str, str]  # package that a candidate may import: module to import once, before the first call
    # The most that any one call into the candidate's code may use: CPU time, and time in which it does nothing.
    call_cpu_seconds: Annotated[int, Meta(ge=1, le=600)]
    call_idle_seconds: Annotated[float, Meta(gt=0, le=600)]


class Criterion(_Record, frozen=True, kw_only=True):
    """One line of a rubric."""

    id: Id
    title: Text
    points: Points
    dimension: Id
    scored_by: ScoredBy
    todo: Annotated[int, Meta(ge=1)] | None = None  # its number in the handout
    function: str | None = None  # the candidate's function that it judges
    file: str | None = None  # the file that it judges, if not the candidate's main module
    bounded: bool = True  # whether the severity of mistakes bounds what they cost; if not, tests alone decide
    tests: dict[str, Points] = {}  # hidden test: points


class Rubric(_Record, frozen=True, kw_only=True):
    """What a level's score is made of."""

    level: Id
    time_box: Text
    passing: Points
    dimensions: dict[Id, Points]  # weights, in per cent
    criterion: list[Criterion]
    bonus: list[Criterion] = []  # reported beside the score

    @property
    def maximum(self) -> float:
        """All points there are."""
        return sum(criterion.points for criterion in self.criterion)


class Variant(_Record, frozen=True, kw_only=True):
    """One way to make a mistake, where what was seen tells which: these words stand in place of the mistake's own."""

    title: Text
    reviewer: Text | None = None
    hint: Text | None = None


class Mistake(_Record, frozen=True, kw_only=True):
    """A mistake that the hidden tests can name."""

    id: Id
    criterion: Id  # a criterion's id, or `any`
    severity: Severity
    title: Text
    reviewer: Text  # what the reviewer reads
    hint: Text  # what the candidate reads: gives no test away
    look_for: list[Text] = []  # names or numbers whose line in the candidate's function shows the mistake
    variant: dict[Id, Variant] = {}


class Question(_Record, frozen=True, kw_only=True):
    """A discussion question with what its answer should hold."""

    number: Annotated[int, Meta(ge=1)]
    title: Text
    levels: list[Id] = []  # that are asked it; all, if empty
    answer: Text
    good_signs: list[Text]
    red_flags: list[Text]


class Observation(_Record, frozen=True, kw_only=True):
    """Something that an interviewer may see in a live interview."""

    id: Id
    text: Text
    kind: Literal["good", "red-flag"]
    dimension: Id
    weight: float  # what it suggests to add to the dimension, in per cent


class Interview(_Record, frozen=True, kw_only=True):
    """What a live interview is led by."""

    introduction: Text
    hints: list[Text]  # given one by one
    check: list[Text]  # before it begins
    observation: list[Observation]


# --- A submission ----------------------------------------------------------------------------------------------------


class Flag(_Record, frozen=True, kw_only=True):
    """Something for the reviewer to look at; never part of the score."""

    id: str
    severity: str  # info or warning
    detail: str
    line: int | None = None


class Commit(_Record, frozen=True, kw_only=True):
    """One of the candidate's commits."""

    sha: str
    minute: int  # since the first of them
    subject: str
    files: int | None = None  # how many it touched, where that is known


class History(_Record, frozen=True, kw_only=True):
    """How the submission came about, as far as git tells."""

    commits: list[Commit]
    minutes: int  # from the first commit to the last
    outside: list[str]  # files touched beside the candidate's own
    note: str = ""  # why there is nothing to tell


class Answer(_Record, frozen=True, kw_only=True):
    """What the candidate wrote below a discussion question."""

    number: int
    title: str
    text: str  # empty if there is no answer


class Submission(_Record, frozen=True, kw_only=True):
    """What was read of a submission, and all that is kept of it."""

    name: str
    commit: str | None
    source: str  # for reading: what cannot be decoded is replaced
    further: dict[str, str] = {}  # the other files that were handed in
    answers: list[Answer]
    flags: list[Flag]
    history: History


class Origin(_Record, frozen=True, kw_only=True):
    """Where a submission came from, when it is not the checkout that it was pushed as."""

    name: str
    commit: str
    history: History
    problem: str = ""  # why there is nothing to grade


class Grader(_Record, frozen=True, kw_only=True):
    """Which grader made a report or a grade."""

    version: str
    digest: str  # of everything that a grade or a page is made of


# In a report from before it was recorded.
UNKNOWN_GRADER: Final = Grader(version="unknown", digest="unknown")


# --- A run and its score ---------------------------------------------------------------------------------------------


class Blame(_Record, frozen=True, kw_only=True):
    """A mistake found, with what is known of where."""

    id: str
    criterion: str  # or `any`: the whole module
    line: int | None = None
    variant: str = ""  # of the catalogue's variants, where it is known which was seen
    exception: str = ""  # the type of the exception that was raised, where one was
    detail: str = ""


class Result(_Record, frozen=True, kw_only=True):
    """What became of one hidden test."""

    id: str
    criterion: str
    outcome: Outcome
    title: str  # the test's docstring
    blames: list[Blame]
    said: str = ""  # what was expected and what came, for the reviewer: in part the candidate's words


class Run(_Record, frozen=True, kw_only=True):
    """Everything that one run of the hidden tests left behind: what `score` starts from."""

    level: str
    seed: int
    sandbox: str
    seconds: float
    submission: Submission
    notes: list[Flag]
    results: list[Result]
    grader: Grader = UNKNOWN_GRADER
    shown: Mapping[str, Any] = {}  # what the assignment's figures are drawn from


class Review(_Record, frozen=True, kw_only=True):
    """What the reviewer filled in."""

    submission: str = ""  # whose, as the sheet says
    reviewer: str
    points: dict[str, float]  # criterion: points; a criterion that is not there is still open
    comments: dict[str, str]
    dimensions: dict[str, float]  # per cent
    hints: list[str] = []  # given in a live interview, with their minutes
    observed: list[str] = []  # likewise


class Figure(_Record, frozen=True, kw_only=True):
    """A drawing for the reviewer's page."""

    title: str
    text: str  # what it shows, for those who do not see it
    svg: str


class ScoredTest(_Record, frozen=True, kw_only=True):
    """One hidden test with what it earned."""

    id: str
    title: str
    outcome: Outcome
    points: float
    max: float
    mistakes: list[str]
    said: str = ""


class ScoredCriterion(_Record, frozen=True, kw_only=True):
    """One criterion with what it earned."""

    id: str
    title: str
    points: float | None  # None while the reviewer has not given any
    max: float
    scored_by: ScoredBy
    tests: list[ScoredTest]
    adjusted: str = ""  # why the points are not the sum of what the tests alone would give


# --- grade.json, as it is read again ---------------------------------------------------------------------------------


class GradedSubmission(_Record, frozen=True, kw_only=True):
    """Whose grade it is."""

    name: str
    commit: str | None


class GradedScore(_Record, frozen=True, kw_only=True):
    """The sums; None while anything in them is open."""

    automatic: float
    automatic_max: float
    reviewer: float | None
    reviewer_max: float
    total: float | None
    max: float


class GradedTest(_Record, frozen=True, kw_only=True):
    """One hidden test."""

    id: str
    outcome: Literal["passed", "failed", "error", "timeout"]
    points: float
    max: float
    mistakes: list[str]


class GradedCriterion(_Record, frozen=True, kw_only=True):
    """One line of the rubric."""

    id: str
    title: str
    points: float | None
    max: float
    scored_by: Literal["tests", "reviewer"]
    tests: list[GradedTest]


class GradedBonus(_Record, frozen=True, kw_only=True):
    """One follow-up."""

    id: str
    title: str
    points: float | None
    max: float


class GradedMistake(_Record, frozen=True, kw_only=True):
    """One mistake that was named."""

    id: str
    severity: Literal["critical", "major", "minor"]
    criterion: str
    title: str


class Grade(_Record, frozen=True, kw_only=True):
    """What stands in a grade.json."""

    schema: Literal[1]
    level: str
    submission: GradedSubmission
    score: GradedScore
    grader: Grader
    passing: float
    verdict: Literal["pass", "fail", "needs-review"]
    criteria: list[GradedCriterion]
    bonus: list[GradedBonus]
    mistakes: list[GradedMistake]
    flags: list[Flag]
    seconds: float


class FoundMistake(_Record, frozen=True, kw_only=True):
    """A mistake of the catalogue that the run found."""

    mistake: Mistake
    criterion: str
    line: int | None
    detail: str


class Scorecard(_Record, frozen=True, kw_only=True):
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
