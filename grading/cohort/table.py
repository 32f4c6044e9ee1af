"""The table of a cohort, cohort.csv: one row per submission."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from grading.content.records import ScoredBy
from grading.render.exports import cell
from grading.scoring.records import Scorecard

# Prefix of a submission's problem if the grader failed, not the submission.
FAILED: Final = "the grader failed"
_MOST_TEXT: Final = 300
_COLUMNS: Final = (
    *("name", "commit", "level", "verdict", "automatic", "automatic_max"),
    *("mistakes", "bonus", "seconds", "problem"),
)


class Row(Struct, forbid_unknown_fields=True):
    """One row of the table."""

    name: str
    key: str  # digest of everything that the submission's pages depend on; empty without a score
    level: str
    commit: str = ""
    verdict: str = ""
    automatic: float | None = None
    automatic_max: float | None = None
    mistakes: str = ""
    bonus: float | None = None
    seconds: float | None = None
    problem: str = ""  # why there is no score


def graded_row(name: str, key: str, card: Scorecard) -> Row:
    """Return the row of a submission that has a score."""
    return Row(
        name=name,
        key=key,
        level=card.rubric.level,
        commit=card.run.submission.commit or "",
        verdict=card.verdict.value,
        automatic=float(card.points(ScoredBy.TESTS) or 0.0),
        automatic_max=card.maximum(ScoredBy.TESTS),
        mistakes=" ".join(f"{found.criterion}:{found.mistake.id}" for found in card.mistakes),
        bonus=sum(criterion.points or 0.0 for criterion in card.bonus),
        seconds=card.run.seconds,
    )


def unreadable_row(name: str, level: str, error: Exception) -> Row:
    """Return the row of a submission that cannot be read."""
    return Row(name=name, key="", level=level, problem=in_one_line(str(error)))


def failed_row(name: str, level: str, error: Exception) -> Row:
    """Return the row of a submission that the grader failed on."""
    return Row(name=name, key="", level=level, problem=f"{FAILED}: {type(error).__name__}: {in_one_line(str(error))}")


def in_one_line(text: str) -> str:
    """Return a message as one printable line: it may contain an untrusted folder name."""
    line = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
    if len(line) <= _MOST_TEXT:
        return line
    # A message begins with a path, which may be long, and ends with the problem.
    return f"{line[: _MOST_TEXT // 3]} … {line[-_MOST_TEXT * 2 // 3 :]}"


def to_table(rows: Iterable[Row]) -> str:
    """Return the rows as CSV; text that a spreadsheet would interpret as a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        values = (getattr(row, column) for column in _COLUMNS)
        writer.writerow(map(cell, values))
    return text.getvalue()
