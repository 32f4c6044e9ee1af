"""The records of a submission in reports."""

from typing import Final, Literal

from grading.content.records import Record

# The maximum length of a commit's subject, and the maximum number of outside files.
MAX_SUBJECT: Final = 100
MAX_OUTSIDE: Final = 30


class Flag(Record, frozen=True, kw_only=True):
    """An observation for the reviewer; it never changes the score."""

    id: str
    severity: Literal["info", "warning"]
    detail: str
    line: int | None = None


class Commit(Record, frozen=True, kw_only=True):
    """One of the candidate's commits."""

    sha: str
    minute: int  # since the first commit
    subject: str
    files: int | None = None  # number of changed files, if known


class History(Record, frozen=True, kw_only=True):
    """The commits of a submission, as far as git has them."""

    commits: list[Commit]
    minutes: int  # from the first commit to the last
    outside: list[str]  # changed files other than the candidate's own
    note: str = ""  # the reason why there is no history


class Answer(Record, frozen=True, kw_only=True):
    """The candidate's answer to a discussion question."""

    number: int
    title: str
    text: str  # empty if there is no answer


class Submission(Record, frozen=True, kw_only=True):
    """Everything that is stored about a submission."""

    name: str
    commit: str | None
    source: str  # decoded for display: invalid bytes are replaced
    optional_files: dict[str, str] = {}  # the submitted optional files
    answers: list[Answer]
    flags: list[Flag]
    history: History


class Origin(Record, frozen=True, kw_only=True):
    """The origin of a submission that is not a checkout."""

    name: str
    commit: str
    history: History
    problem: str = ""  # the reason why there is nothing to grade
