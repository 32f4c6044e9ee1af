"""One run of the hidden tests, as its report holds it."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from grading.content.records import UNKNOWN_GRADER, Grader, Record
from grading.submission.records import Flag, Submission


class Outcome(Enum):
    """What became of one hidden test."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # no verdict: the code failed before there was anything to judge, or the report lacks the test
    TIMEOUT = "timeout"


# --- A run and its score ---------------------------------------------------------------------------------------------


class Finding(Record, frozen=True, kw_only=True):
    """A mistake found, with what is known of where."""

    id: str
    criterion: str  # or `any`: the whole module
    line: int | None = None
    variant: str = ""  # of the catalogue's variants, where it is known which was seen
    exception: str = ""  # the type of the exception that was raised, where one was
    detail: str = ""


class Result(Record, frozen=True, kw_only=True):
    """What became of one hidden test."""

    id: str
    criterion: str
    outcome: Outcome
    title: str  # the test's docstring
    findings: list[Finding]
    message: str = ""  # what was expected and what came, for the reviewer: in part the candidate's words


class Run(Record, frozen=True, kw_only=True):
    """Everything that one run of the hidden tests left behind: what `score` starts from."""

    level: str
    seed: int
    sandbox: str
    seconds: float
    submission: Submission
    notes: list[Flag]
    results: list[Result]
    grader: Grader = UNKNOWN_GRADER
    figure_data: Mapping[str, Any] = {}  # what the assignment's figures are drawn from
