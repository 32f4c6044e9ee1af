"""The records of one run of the hidden tests, as stored in its report."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from grading.content.records import UNKNOWN_GRADER, Grader, Record
from grading.submission.records import Flag, Submission


class Outcome(Enum):
    """The outcome of one hidden test."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # not judged: the code failed before there was a result, or the report lacks the test
    TIMEOUT = "timeout"


class Finding(Record, frozen=True, kw_only=True):
    """A mistake that was found, with its location if known."""

    id: str
    criterion: str  # ANY: the whole module
    line: int | None = None
    variant: str = ""  # the catalogue's variant, if known
    exception: str = ""  # the type of the exception, if one was raised
    detail: str = ""


class Result(Record, frozen=True, kw_only=True):
    """The result of one hidden test."""

    id: str
    criterion: str
    outcome: Outcome
    title: str  # the test's docstring
    findings: list[Finding]
    message: str = ""  # expected and observed value, for the reviewer; contains untrusted text


class RunFacts(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """The facts about a run in its report; a later version of the grader may add more."""

    level: str
    seed: int
    sandbox: str
    seconds: float
    submission: Submission
    notes: list[Flag]
    grader: Grader = UNKNOWN_GRADER
    figure_data: Mapping[str, Any] = {}  # the data of the assignment's figures


class Run(RunFacts, frozen=True, kw_only=True):
    """The complete result of one run of the hidden tests, the input of `score`."""

    results: list[Result]
