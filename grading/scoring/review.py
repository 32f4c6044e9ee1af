"""The review sheet: TOML that the grader writes, a reviewer fills in, and the grader reads back."""

import re
from pathlib import Path

import msgspec
from msgspec import Struct

from grading.content.load import load_toml
from grading.content.records import Question, Rubric, ScoredBy
from grading.errors import ContentError, UsageError
from grading.scoring.records import Review
from grading.submission.records import Answer, Submission

_HOW = (
    "a sheet comes from 'python -m grading review SUBMISSION' or the form in summary.html; in it points are numbers "
    "such as 7.5, without quotes, and all else is text in quotes"
)


class _Line(Struct, forbid_unknown_fields=True):
    id: str
    points: float | None = None
    comment: str = ""


class _Sheet(Struct, forbid_unknown_fields=True):
    submission: str
    level: str
    reviewer: str
    criterion: list[_Line]
    hints: list[str] = []
    observed: list[str] = []
    dimensions: dict[str, float] = {}


def sheet_name(submission: str) -> str:
    """Return the name of the file that a submission's review sheet is kept in."""
    name = re.sub(r"[^\w.-]+", "-", submission.removesuffix(".py")).strip(".-")
    return f"review-{name or 'candidate'}.toml"


def level_of_sheet(path: Path) -> str:
    """Return the level that a sheet is for."""
    return _load(path).level


def read_review(path: Path, rubric: Rubric, *, of: str | None = None) -> Review:
    """Return a filled-in sheet.

    Args:
        path: the sheet.
        rubric: what it gives points for.
        of: the submission that it has to be for; None: any.

    Raises:
        UsageError: it is of another submission or level, its reviewer is not named, or a point is out of range.
    """
    sheet = _load(path)
    if of is not None and sheet.submission not in ("", of):
        raise UsageError(
            f"{path}: is for {sheet.submission!r}, and this is {of!r}: give that candidate's sheet, "
            "or --for-anyone if both names are the same person's"
        )
    if not sheet.reviewer.strip():
        raise UsageError(f"{path}: reviewer is empty: put your name there")
    if sheet.level != rubric.level:
        fix = f"give --level {sheet.level}, or fill in a sheet for {rubric.level}"
        raise UsageError(f"{path}: is for level {sheet.level!r}, and this is {rubric.level!r}: {fix}")
    most = {c.id: c.points for c in rubric.criterion if c.scored_by is ScoredBy.REVIEWER}
    points: dict[str, float] = {}
    for line in sheet.criterion:
        if line.id not in most or line.id in points:
            raise UsageError(f"{path}: criterion {line.id!r} is not one of {', '.join(most)}, or is there twice")
        if line.points is not None:
            if not 0 <= line.points <= most[line.id]:
                raise UsageError(f"{path}: {line.id}: points = {line.points:g} is not from 0 to {most[line.id]:g}")
            points[line.id] = line.points
    for name, value in sheet.dimensions.items():
        if name not in rubric.dimensions:
            raise UsageError(f"{path}: dimension {name!r} is not one of {', '.join(rubric.dimensions)}")
        if not 0 <= value <= 100:
            raise UsageError(f"{path}: dimensions: {name} = {value:g} is not from 0 to 100")
    return Review(
        submission=sheet.submission,
        reviewer=sheet.reviewer.strip(),
        points=points,
        comments={line.id: line.comment for line in sheet.criterion if line.id in most},
        dimensions=sheet.dimensions,
        hints=sheet.hints,
        observed=sheet.observed,
    )


def to_sheet(submission: Submission, rubric: Rubric, questions: list[Question]) -> str:
    """Return a sheet to fill in: what to give points for, the candidate's answers and the key to them."""
    answers = {answer.number: answer for answer in submission.answers}
    lines = [
        "# Review sheet. Put your name and the points in, save it, and run",
        "#   python -m grading grade SUBMISSION --review THIS_FILE",
        "# or, without running anything again,",
        "#   python -m grading score build/grade/report.json --review THIS_FILE",
        f"submission = {_string(submission.name)}",
        f"level = {_string(rubric.level)}",
        'reviewer = ""  # your name: required',
    ]
    for criterion in rubric.criterion:
        if criterion.scored_by is not ScoredBy.REVIEWER:
            continue
        lines += [
            *("", f"# {criterion.title}: 0 to {criterion.points:g} points.", "[[criterion]]"),
            f"id = {_string(criterion.id)}",
            f"# points = 0  # remove the first # and put a number from 0 to {criterion.points:g}",
            'comment = ""',
        ]
    names = " ".join(rubric.dimensions)
    lines += ["", f"# Optional: your impression in per cent, 0 to 100, of any of: {names}", "[dimensions]"]
    lines += [f"# {name} = 50" for name in rubric.dimensions]
    lines += ["", "# " + "-" * 100, "# The discussion: the candidate's answers, and what to look for in them."]
    for question in questions:
        lines += ["#", f"# {question.number}. {question.title}", *_answer(answers.get(question.number))]
        lines += [f"#   key: {question.answer}"]
        lines += [f"#   good sign: {sign}" for sign in question.good_signs]
        lines += [f"#   red flag: {sign}" for sign in question.red_flags]
    return "\n".join(lines) + "\n"


def _load(path: Path) -> _Sheet:
    try:
        return load_toml(path, _Sheet)
    except ContentError as error:
        raise UsageError(f"{error}; {_HOW}") from None


def _answer(answer: Answer | None) -> list[str]:
    if answer is None or not answer.text:
        return ["#   (no answer)"]
    # Control characters are not TOML, not even in a comment.
    return [f"#   > {''.join(c for c in line if c.isprintable())}" for line in answer.text.splitlines()]


def _string(text: str) -> str:
    """Return a TOML basic string: JSON's escapes are among TOML's."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")
