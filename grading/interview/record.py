"""The record of an interview, saved to disk after every change, so that closing the terminal loses nothing."""

from pathlib import Path

import msgspec
from msgspec import Struct

from grading.content.records import Criterion, Interview, PerCent, Rubric, ScoredBy
from grading.errors import UsageError, reason
from grading.scoring.records import Review


class RatedAnswer(Struct, forbid_unknown_fields=True):
    """The rating of an answer, with a note."""

    rating: PerCent
    note: str = ""


class InterviewRecord(Struct, forbid_unknown_fields=True):
    """Everything that an interviewer noted."""

    candidate: str
    level: str
    interviewer: str
    seconds: float = 0.0  # elapsed before the timer was last started
    running_since: float | None = None  # clock time of the last start; None while the timer is stopped
    checked: list[int] = []
    observed: dict[str, int] = {}  # observation id: minute
    hints: list[int] = []  # the minute of each hint, in order
    answers: dict[str, RatedAnswer] = {}  # by the question's number
    points: dict[str, float] = {}  # by criterion, where the interviewer has decided
    dimensions: dict[str, float] = {}  # per cent by dimension, where the interviewer has decided
    comment: str = ""

    def elapsed(self, now: float) -> float:
        """Return the timer's elapsed seconds."""
        return self.seconds + (0.0 if self.running_since is None else max(0.0, now - self.running_since))

    def minute(self, now: float) -> int:
        """Return the current minute of the interview."""
        return int(self.elapsed(now) // 60)

    def dimension(self, name: str, interview: Interview) -> float:
        """Return a dimension in per cent: the interviewer's value, or else the one that the observations suggest."""
        if name in self.dimensions:
            return self.dimensions[name]
        weights = [mark.weight for mark in interview.observation if mark.id in self.observed and mark.dimension == name]
        cost = interview.hint_cost
        hinted = cost.per_cent * len(self.hints) if cost is not None and cost.dimension == name else 0.0
        return min(100.0, max(0.0, interview.base + sum(weights) - hinted))

    def points_of(self, criterion: Criterion, interview: Interview) -> float | None:
        """Return a criterion's points: the interviewer's, else those that the answers suggest, else None."""
        if criterion.id in self.points:
            return self.points[criterion.id]
        if criterion.id != interview.answers_score or not self.answers:
            return None
        mean = sum(answer.rating for answer in self.answers.values()) / len(self.answers)
        return round(criterion.points * mean / 100, 1)

    def comment_on(self, criterion: Criterion, interview: Interview) -> str:
        """Return the comment on a criterion: the notes on the answers, or the comment on the code."""
        if criterion.id != interview.answers_score:
            return self.comment
        return "; ".join(f"{number}: {answer.note}" for number, answer in self.answers.items() if answer.note)


def load(path: Path) -> InterviewRecord:
    """Return the record in a file; raise UsageError if the file is not a record."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=InterviewRecord)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: is not a record of an interview: {error}; move it away to start a new interview"
        ) from None


def to_json(record: InterviewRecord) -> str:
    """Return the record as JSON, as it is saved."""
    return msgspec.json.format(msgspec.json.encode(record)).decode() + "\n"


def to_review(record: InterviewRecord, rubric: Rubric, interview: Interview) -> Review:
    """Return the review that follows from an interview, with every dimension filled in."""
    criteria = [criterion for criterion in rubric.criterion if criterion.scored_by is ScoredBy.REVIEWER]
    points = {criterion.id: record.points_of(criterion, interview) for criterion in criteria}
    return Review(
        submission=record.candidate,
        reviewer=record.interviewer,
        points={id_: points_or_none for id_, points_or_none in points.items() if points_or_none is not None},
        comments={criterion.id: record.comment_on(criterion, interview) for criterion in criteria},
        dimensions={name: record.dimension(name, interview) for name in rubric.dimensions},
        hints=_hints(record, interview),
        observed=_observed(record, interview),
    )


def _hints(record: InterviewRecord, interview: Interview) -> list[str]:
    return [f"minute {minute}: {text}" for minute, text in zip(record.hints, interview.hints, strict=False)]


def _observed(record: InterviewRecord, interview: Interview) -> list[str]:
    marks = {mark.id: mark for mark in interview.observation}
    return [
        f"minute {minute}: {'red flag: ' if marks[id_].kind == 'red-flag' else ''}{marks[id_].text}"
        for id_, minute in sorted(record.observed.items(), key=lambda item: item[1])
        if id_ in marks
    ]
