"""One run of the hidden tests, as its report holds it."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from grading.content.records import UNKNOWN_GRADER, Grader, Record
from grading.submission.records import Flag, Submission


class Outcome(Enum):
    """How one hidden test ended."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # no verdict: the code failed before there was anything to judge, or the report lacks the test
    TIMEOUT = "timeout"


class Finding(Record, frozen=True, kw_only=True):
    """A mistake found, with what is known of where."""

    id: str
    criterion: str  # or ANY: the whole module
    line: int | None = None
    variant: str = ""  # of the catalogue's variants, where it is known which was seen
    exception: str = ""  # the type of the exception that was raised, where one was
    detail: str = ""


class Result(Record, frozen=True, kw_only=True):
    """The result of one hidden test."""

    id: str
    criterion: str
    outcome: Outcome
    title: str  # the test's docstring
    findings: list[Finding]
    message: str = ""  # expected and observed value, for the reviewer: in part the candidate's words


class RunFacts(Record, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What a report holds beside the results of the hidden tests; a later grader may add to it."""

    level: str
    seed: int
    sandbox: str
    seconds: float
    submission: Submission
    notes: list[Flag]
    grader: Grader = UNKNOWN_GRADER
    figure_data: Mapping[str, Any] = {}  # what the assignment's figures are drawn from


class Run(RunFacts, frozen=True, kw_only=True):
    """Everything that one run of the hidden tests left behind: what `score` starts from."""

    results: list[Result]
