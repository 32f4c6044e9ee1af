"""The records that an assignment's TOML files are decoded into."""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

Points = Annotated[float, Meta(gt=0, le=100)]
PerCent = Annotated[float, Meta(ge=0, le=100)]
Id = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]*\Z")]
Text = Annotated[str, Meta(min_length=1)]
# The criterion of a mistake that is not tied to one criterion.
ANY: Final = "any"


class Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base class of all records."""


class Severity(Enum):
    """The cost of a mistake, as a share of its criterion: at least half, at least a fifth, at most a third."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class ScoredBy(Enum):
    """The source of a criterion's points: the hidden tests, or the reviewer."""

    TESTS = "tests"
    REVIEWER = "reviewer"


# --- An assignment's data files (TOML) --------------------------------------------------------------------------------


class Figures(Record, frozen=True, kw_only=True):
    """The figures of the candidate's code on the reviewer's page."""

    module: Text  # with the functions `observe` and `draw`
    title: Text
    text: Text  # describes the figures


class NotedName(Record, frozen=True, kw_only=True):
    """A name that is flagged for the reviewer if the candidate's code uses it."""

    name: Text
    flag: Id
    detail: Text


class Manifest(Record, frozen=True, kw_only=True):
    """An assignment's settings: hidden_tests/assignment.toml."""

    title: Text
    module: Text  # import name of the candidate's module
    source: Text  # path of the candidate's module
    default_level: Id  # level of a submission without one
    discussion: Text | None = None  # the file of the candidate's answers to discussion.toml, if there are questions
    reference: Text  # the finished module, with the tags that each level's starter is generated from
    optional_files: dict[str, str] = {}  # other modules that a candidate may submit: each one's source file
    provided: list[Text]  # files that the candidate gets and does not edit, copied next to the module in the sandbox
    handout: list[Text]  # other files of the handout; edits are flagged for the reviewer
    room: Text  # the folder of a room's files in addition to the handout
    requirements: list[Text] = []  # packages of a candidate's environment, as pip requirements
    probes: Text  # the module of probes
    figures: Figures | None = None
    sandbox_files: list[Text]  # files that the probes need in the sandbox, relative to the root
    allowed_imports: list[Text]  # in addition to the standard library and the assignment itself
    plain_numbers: list[float] | None = None  # numbers that are not flagged; None: no number is flagged
    noted_names: list[NotedName] = []
    preload: dict[str, str]  # package that a candidate may import: module to import once, before the first call
    # Limits of one call into the candidate's code: CPU time and idle time.
    call_cpu_seconds: Annotated[int, Meta(ge=1, le=600)]
    call_idle_seconds: Annotated[float, Meta(gt=0, le=600)]

    @property
    def own_files(self) -> list[str]:
        """The candidate's own files: nothing else in a submission is read."""
        return [self.source, *filter(None, [self.discussion]), *self.optional_files]


class Criterion(Record, frozen=True, kw_only=True):
    """One line of a rubric."""

    id: Id
    title: Text
    points: Points
    dimension: Id
    scored_by: ScoredBy
    todo: Annotated[int, Meta(ge=1)] | None = None  # its number in the handout
    function: str | None = None  # the candidate's function that is graded
    file: str | None = None  # the file that is graded, if not the candidate's main module
    bounded: bool = True  # whether the severity of mistakes bounds their cost; if not, only the tests decide
    tests: dict[str, Points] = {}  # hidden test: points


class Rubric(Record, frozen=True, kw_only=True):
    """The criteria and points of a level."""

    level: Id
    time_box: Text
    requirements: list[Text] = []  # additional packages of the candidate's environment at this level
    passing: Points
    dimensions: dict[Id, Points]  # weights, in per cent
    criterion: list[Criterion]
    bonus: list[Criterion] = []  # reported next to the score, not part of it

    @property
    def maximum(self) -> float:
        """The sum of all criteria's points."""
        return sum(criterion.points for criterion in self.criterion)


class Variant(Record, frozen=True, kw_only=True):
    """A specific form of a mistake, used when the observation identifies it: its texts replace the mistake's own."""

    title: Text
    reviewer: Text | None = None
    hint: Text | None = None


class Mistake(Record, frozen=True, kw_only=True):
    """A mistake that the hidden tests can name."""

    id: Id
    criterion: Id  # a criterion's id, or ANY
    severity: Severity
    title: Text
    reviewer: Text  # shown to the reviewer
    hint: Text  # shown to the candidate: does not reveal a test
    look_for: list[Text] = []  # names or numbers whose line in the candidate's function locates the mistake
    variant: dict[Id, Variant] = {}
    # Mistakes of the same criterion or of `any`: if one of them is found too, this one is not reported.
    consequence_of: list[Id] = []


# Looks a mistake up by criterion and id.
Catalogue = Callable[[str, str], Mistake]


class Question(Record, frozen=True, kw_only=True):
    """A discussion question with its answer key."""

    number: Annotated[int, Meta(ge=1)]
    title: Text
    levels: list[Id] = []  # levels that get this question; empty: all
    answer: Text
    good_signs: list[Text]
    red_flags: list[Text]


class InterviewObservation(Record, frozen=True, kw_only=True):
    """Something that an interviewer may observe in a live interview."""

    id: Id
    text: Text
    kind: Literal["good", "red-flag"]
    dimension: Id
    weight: float  # suggested change of the dimension, in per cent


class HintCost(Record, frozen=True, kw_only=True):
    """The per cent that each hint deducts from a dimension."""

    dimension: Id
    per_cent: PerCent


class Interview(Record, frozen=True, kw_only=True):
    """The script of a live interview."""

    introduction: Text
    hints: list[Text]  # in the order in which they are given
    hint_cost: HintCost | None = None
    check: list[Text]  # set-up checks before the interview
    base: PerCent  # initial value of each dimension
    observation: list[InterviewObservation]
    answers_score: Id | None = None  # the criterion whose points the answers to the questions suggest


class Grader(Record, frozen=True, kw_only=True):
    """The version of the grader that made a report or a grade."""

    version: str
    digest: str  # digest of everything that a grade or a page depends on


# For a report that does not record its grader.
UNKNOWN_GRADER: Final = Grader(version="unknown", digest="unknown")
