"""What an assignment says of itself, decoded from its TOML files."""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

Points = Annotated[float, Meta(gt=0, le=100)]
PerCent = Annotated[float, Meta(ge=0, le=100)]
Id = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]*\Z")]
Text = Annotated[str, Meta(min_length=1)]
# The criterion of a mistake that can be made anywhere.
ANY: Final = "any"


class Record(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all records have in common."""


class Severity(Enum):
    """How much of its criterion a mistake costs: at least half, at least a fifth, at most a third."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class ScoredBy(Enum):
    """Who gives a criterion's points."""

    TESTS = "tests"
    REVIEWER = "reviewer"


# --- What an assignment says of itself (TOML) ------------------------------------------------------------------------


class Figures(Record, frozen=True, kw_only=True):
    """What the reviewer's page shows of the candidate's code beside the score."""

    module: Text  # with the functions `observe` and `draw`
    title: Text
    text: Text  # what is shown


class NotedName(Record, frozen=True, kw_only=True):
    """A name whose use in the candidate's code is flagged for the reviewer."""

    name: Text
    flag: Id
    detail: Text


class Manifest(Record, frozen=True, kw_only=True):
    """What the engine needs to know of an assignment: hidden_tests/assignment.toml."""

    title: Text
    module: Text  # the candidate's module, as it is imported
    source: Text  # its file
    default_level: Id  # of a submission that names none
    discussion: Text | None = None  # the file of the candidate's answers to discussion.toml, if there are questions
    reference: Text  # the finished module, with the tags that make each level's starter of it
    optional_files: dict[str, str] = {}  # other files that a candidate may hand in, each a module: its reference
    provided: list[Text]  # files that the candidate gets and does not edit, laid beside the module in the sandbox
    handout: list[Text]  # other files of the handout, whose edits the reviewer is told of
    room: Text  # the folder of what a room holds beside the handout
    requirements: list[Text] = []  # what a candidate's environment holds, as pip takes it
    probes: Text  # the module of probes
    figures: Figures | None = None
    sandbox_files: list[Text]  # what the probes need in the sandbox, below the root
    allowed_imports: list[Text]  # beside the standard library and the assignment itself
    plain_numbers: list[float] | None = None  # not flagged in the candidate's functions; None: no number is
    noted_names: list[NotedName] = []
    preload: dict[str, str]  # package that a candidate may import: module to import once, before the first call
    # The most that any one call into the candidate's code may use: CPU time, and time in which it does nothing.
    call_cpu_seconds: Annotated[int, Meta(ge=1, le=600)]
    call_idle_seconds: Annotated[float, Meta(gt=0, le=600)]

    @property
    def own_files(self) -> list[str]:
        """The candidate's own files: nothing else is read of a submission."""
        return [self.source, *filter(None, [self.discussion]), *self.optional_files]


class Criterion(Record, frozen=True, kw_only=True):
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


class Rubric(Record, frozen=True, kw_only=True):
    """What a level's score is made of."""

    level: Id
    time_box: Text
    requirements: list[Text] = []  # what the candidate's environment holds at this level alone
    passing: Points
    dimensions: dict[Id, Points]  # weights, in per cent
    criterion: list[Criterion]
    bonus: list[Criterion] = []  # reported beside the score

    @property
    def maximum(self) -> float:
        """All points there are."""
        return sum(criterion.points for criterion in self.criterion)


class Variant(Record, frozen=True, kw_only=True):
    """One way to make a mistake, where what was seen tells which: these words stand in place of the mistake's own."""

    title: Text
    reviewer: Text | None = None
    hint: Text | None = None


class Mistake(Record, frozen=True, kw_only=True):
    """A mistake that the hidden tests can name."""

    id: Id
    criterion: Id  # a criterion's id, or ANY
    severity: Severity
    title: Text
    reviewer: Text  # what the reviewer reads
    hint: Text  # what the candidate reads: gives no test away
    look_for: list[Text] = []  # names or numbers whose line in the candidate's function shows the mistake
    variant: dict[Id, Variant] = {}
    # Mistakes of the same criterion, or of any: found together with one of them, this one is not reported.
    consequence_of: list[Id] = []


# Looks a mistake up by criterion and id.
Catalogue = Callable[[str, str], Mistake]


class Question(Record, frozen=True, kw_only=True):
    """A discussion question with what its answer should hold."""

    number: Annotated[int, Meta(ge=1)]
    title: Text
    levels: list[Id] = []  # that are asked it; all, if empty
    answer: Text
    good_signs: list[Text]
    red_flags: list[Text]


class InterviewObservation(Record, frozen=True, kw_only=True):
    """Something that an interviewer may see in a live interview."""

    id: Id
    text: Text
    kind: Literal["good", "red-flag"]
    dimension: Id
    weight: float  # what it suggests to add to the dimension, in per cent


class HintCost(Record, frozen=True, kw_only=True):
    """What each hint takes off a dimension."""

    dimension: Id
    per_cent: PerCent


class Interview(Record, frozen=True, kw_only=True):
    """What a live interview is led by."""

    introduction: Text
    hints: list[Text]  # given one by one
    hint_cost: HintCost | None = None
    check: list[Text]  # before it begins
    base: PerCent  # what each dimension begins with
    observation: list[InterviewObservation]
    answers_score: Id | None = None  # the criterion whose points the answers to the questions suggest


class Grader(Record, frozen=True, kw_only=True):
    """Which grader made a report or a grade."""

    version: str
    digest: str  # of everything that a grade or a page is made of


# In a report from before it was recorded.
UNKNOWN_GRADER: Final = Grader(version="unknown", digest="unknown")
