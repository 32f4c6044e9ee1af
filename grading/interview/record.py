"""What happened in an interview, kept on disk after every change, so that closing the terminal loses nothing."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from grading.content.records import Interview, Rubric, ScoredBy
from grading.errors import UsageError, reason

_BASE = 60.0
_PER_HINT = 10.0
_HINTED = "problem-solving"


class Answered(Struct, forbid_unknown_fields=True):
    """How a discussion question was answered."""

    rating: Annotated[float, Meta(ge=0, le=100)]
    note: str = ""


class Record(Struct, forbid_unknown_fields=True):
    """Everything that an interviewer noted."""

    candidate: str
    level: str
    interviewer: str
    seconds: float = 0.0  # of the timer, up to when it was last started
    running_since: float | None = None  # seconds of the clock; None while it stands still
    checked: list[int] = []
    observed: dict[str, int] = {}  # observation: minute
    hints: list[int] = []  # the minute of each hint, in their order
    answers: dict[str, Answered] = {}  # question's number: how it was answered
    points: dict[str, float] = {}  # criterion: points, where the interviewer has decided
    dimensions: dict[str, float] = {}  # dimension: per cent, where the interviewer has decided
    comment: str = ""

    def elapsed(self, now: float) -> float:
        """Return the seconds that the timer shows."""
        return self.seconds + (0.0 if self.running_since is None else max(0.0, now - self.running_since))

    def minute(self, now: float) -> int:
        """Return the minute of the interview."""
        return int(self.elapsed(now) // 60)

    def dimension(self, name: str, interview: Interview) -> float:
        """Return a dimension in per cent: the interviewer's, or what the marks suggest."""
        if name in self.dimensions:
            return self.dimensions[name]
        weights = [mark.weight for mark in interview.observation if mark.id in self.observed and mark.dimension == name]
        hinted = _PER_HINT * len(self.hints) if name == _HINTED else 0.0
        return min(100.0, max(0.0, _BASE + sum(weights) - hinted))

    def discussion(self, most: float) -> float | None:
        """Return the points that the answers suggest, None before there is one."""
        if not self.answers:
            return None
        return round(most * sum(answer.rating for answer in self.answers.values()) / len(self.answers) / 100, 1)


def load(path: Path) -> Record:
    """Return the record in a file; raise UsageError if it is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is no interview's record: {error}; move it away to begin anew") from None


def to_json(record: Record) -> str:
    """Return the record as it is kept."""
    return msgspec.json.format(msgspec.json.encode(record)).decode() + "\n"


def to_review(record: Record, rubric: Rubric, interview: Interview) -> str:
    """Return the review sheet that `grade --review` reads, with the four dimensions filled in."""
    lines = [
        "# Written by `python -m grading interview`.",
        f"submission = {_string(record.candidate)}",
        f"level = {_string(record.level)}",
        f"reviewer = {_string(record.interviewer)}",
        f"hints = [{', '.join(_string(hint) for hint in _hints(record, interview))}]",
        f"observed = [{', '.join(_string(mark) for mark in _observed(record, interview))}]",
    ]
    for criterion in rubric.criterion:
        if criterion.scored_by is ScoredBy.REVIEWER:
            points = record.points.get(criterion.id)
            if points is None and criterion.id == "discussion":
                points = record.discussion(criterion.points)
            lines += ["", "[[criterion]]", f"id = {_string(criterion.id)}"]
            lines += [f"points = {points:g}"] if points is not None else []
            notes = [f"{number}: {answer.note}" for number, answer in record.answers.items() if answer.note]
            comment = "; ".join(notes) if criterion.id == "discussion" else record.comment
            lines.append(f"comment = {_string(comment)}")
    lines += ["", "[dimensions] # per cent"]
    lines += [f"{name} = {record.dimension(name, interview):g}" for name in rubric.dimensions]
    return "\n".join(lines) + "\n"


def _hints(record: Record, interview: Interview) -> list[str]:
    return [f"minute {minute}: {text}" for minute, text in zip(record.hints, interview.hints, strict=False)]


def _observed(record: Record, interview: Interview) -> list[str]:
    marks = {mark.id: mark for mark in interview.observation}
    return [
        f"minute {minute}: {'red flag: ' if marks[id_].kind == 'red-flag' else ''}{marks[id_].text}"
        for id_, minute in sorted(record.observed.items(), key=lambda item: item[1])
        if id_ in marks
    ]


def _string(text: str) -> str:
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
