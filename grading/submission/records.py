"""What is read of a submission, and all that is kept of it."""

from typing import Final, Literal

from grading.content.records import Record

# The most that is kept of a commit's subject, and of the files that a history names.
MAX_SUBJECT: Final = 100
MAX_OUTSIDE: Final = 30


class Flag(Record, frozen=True, kw_only=True):
    """An observation for the reviewer to look at; it never changes the score."""

    id: str
    severity: Literal["info", "warning"]
    detail: str
    line: int | None = None


class Commit(Record, frozen=True, kw_only=True):
    """One of the candidate's commits."""

    sha: str
    minute: int  # since the first of them
    subject: str
    files: int | None = None  # how many it touched, where that is known


class History(Record, frozen=True, kw_only=True):
    """How the submission came about, as far as git tells."""

    commits: list[Commit]
    minutes: int  # from the first commit to the last
    outside: list[str]  # files touched beside the candidate's own
    note: str = ""  # why there is nothing to tell


class Answer(Record, frozen=True, kw_only=True):
    """What the candidate wrote below a discussion question."""

    number: int
    title: str
    text: str  # empty if there is no answer


class Submission(Record, frozen=True, kw_only=True):
    """What was read of a submission, and all that is kept of it."""

    name: str
    commit: str | None
    source: str  # for reading: what cannot be decoded is replaced
    optional_files: dict[str, str] = {}  # the other files that were handed in
    answers: list[Answer]
    flags: list[Flag]
    history: History


class Origin(Record, frozen=True, kw_only=True):
    """Where a submission came from, when it is not the checkout that it was pushed as."""

    name: str
    commit: str
    history: History
    problem: str = ""  # why there is nothing to grade
