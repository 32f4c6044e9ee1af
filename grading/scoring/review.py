"""The review sheet: a TOML file that the grader writes, a reviewer fills in, and the grader reads."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import tomlkit
from msgspec import Struct
from tomlkit.items import Table

from grading.content.load import load_toml
from grading.content.records import Criterion, Question, Rubric, ScoredBy
from grading.errors import ContentError, UsageError
from grading.scoring.records import Review
from grading.submission.records import Answer, Submission

_HOW: Final = (
    "'python -m grading review SUBMISSION' and the form in summary.html write sheets; points must be numbers "
    "such as 7.5 without quotes, all other values text in quotes"
)

_INTRODUCTION: Final = (
    "Review sheet. Fill in your name and the points, save it, and run",
    "  python -m grading grade SUBMISSION --review THIS_FILE",
    "or, to score the existing report without running code,",
    "  python -m grading score build/grade/report.json --review THIS_FILE",
)


class _SheetLine(Struct, forbid_unknown_fields=True):
    id: str
    points: float | None = None
    comment: str = ""


class _Sheet(Struct, forbid_unknown_fields=True):
    submission: str
    level: str
    reviewer: str
    criterion: list[_SheetLine]
    hints: list[str] = []
    observed: list[str] = []
    dimensions: dict[str, float] = {}


def sheet_name(submission: str) -> str:
    """Return the file name of a submission's review sheet."""
    name = re.sub(r"[^\w.-]+", "-", submission.removesuffix(".py")).strip(".-")
    return f"review-{name or 'candidate'}.toml"


def level_of_sheet(path: Path) -> str:
    """Return the level of a sheet."""
    return _load(path).level


def read_review(path: Path, rubric: Rubric, *, of: str | None = None) -> Review:
    """Return a filled-in sheet.

    Args:
        path: the sheet.
        rubric: the rubric of the sheet's level.
        of: the submission's name that the sheet must have; None: any name.

    Raises:
        UsageError: it has another submission or level, no reviewer, or points out of range.
    """
    sheet = _load(path)
    if of is not None and sheet.submission not in ("", of):
        raise UsageError(
            f"{path}: is for {sheet.submission!r}, but the submission is {of!r}; use that submission's sheet, "
            "or --for-anyone if both names belong to the same person"
        )
    if not sheet.reviewer.strip():
        raise UsageError(f"{path}: reviewer is empty; enter your name")
    if sheet.level != rubric.level:
        fix = f"use --level {sheet.level}, or fill in a sheet for {rubric.level}"
        raise UsageError(f"{path}: is for level {sheet.level!r}, but the level is {rubric.level!r}; {fix}")
    most = {c.id: c.points for c in rubric.criterion if c.scored_by is ScoredBy.REVIEWER}
    points: dict[str, float] = {}
    for line in sheet.criterion:
        if line.id not in most or line.id in points:
            raise UsageError(f"{path}: criterion {line.id!r} is a duplicate, or not one of {', '.join(most)}")
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


def to_sheet(submission: Submission, rubric: Rubric, questions: Sequence[Question]) -> str:
    """Return a sheet to fill in, with the criteria, the candidate's answers and the answer key."""
    blank = Review(submission=submission.name, reviewer="", points={}, comments={}, dimensions={})
    answers = {answer.number: answer for answer in submission.answers}
    notes = ["-" * 100, "The discussion: the candidate's answers and the answer key."] if questions else []
    for question in questions:
        notes += ["", f"{question.number}. {question.title}", *_answer(answers.get(question.number))]
        notes += [f"  key: {question.answer}"]
        notes += [f"  good sign: {sign}" for sign in question.good_signs]
        notes += [f"  red flag: {sign}" for sign in question.red_flags]
    return write_sheet(blank, rubric, notes)


def write_sheet(review: Review, rubric: Rubric, notes: Iterable[str] = ()) -> str:
    """Return a review as a sheet that `read_review` can read; open values are comments.

    Args:
        review: the values that are filled in.
        rubric: the criteria and dimensions to fill in.
        notes: lines for the reviewer to read, at the end.
    """
    sheet = tomlkit.document()
    for line in _INTRODUCTION:
        sheet.add(tomlkit.comment(line))
    sheet.add("submission", tomlkit.string(review.submission))
    sheet.add("level", tomlkit.string(rubric.level))
    sheet.add("reviewer", tomlkit.string(review.reviewer).comment("your name: required"))
    for key, lines in (("hints", review.hints), ("observed", review.observed)):
        if lines:
            sheet.add(key, tomlkit.item(lines).multiline(multiline=True))
    criteria = tomlkit.aot()
    for criterion in rubric.criterion:
        if criterion.scored_by is ScoredBy.REVIEWER:
            criteria.append(_criterion_table(criterion, review))
    sheet.add("criterion", criteria)
    dimensions = tomlkit.table()
    dimensions.add(tomlkit.comment("Optional: your impression in per cent, 0 to 100."))
    for name in rubric.dimensions:
        if name in review.dimensions:
            dimensions.add(name, tomlkit.item(review.dimensions[name]))
        else:
            dimensions.add(tomlkit.comment(f"{name} = 50"))
    sheet.add("dimensions", dimensions)
    return tomlkit.dumps(sheet) + "".join(f"\n# {line}".rstrip(" ") for line in notes)


def _criterion_table(criterion: Criterion, review: Review) -> Table:
    table = tomlkit.table()
    table.add(tomlkit.comment(f"{criterion.title}: 0 to {criterion.points:g} points."))
    table.add("id", criterion.id)
    if criterion.id in review.points:
        table.add("points", tomlkit.item(review.points[criterion.id]))
    else:
        table.add(
            tomlkit.comment(f"points = 0  # remove the first # and enter a number from 0 to {criterion.points:g}")
        )
    table.add("comment", tomlkit.string(review.comments.get(criterion.id, "")))
    return table


def _load(path: Path) -> _Sheet:
    try:
        return load_toml(path, _Sheet)
    except ContentError as error:
        raise UsageError(f"{error}; {_HOW}") from None


def _answer(answer: Answer | None) -> list[str]:
    if answer is None or not answer.text:
        return ["  (no answer)"]
    # TOML forbids control characters, even in comments.
    return [f"  > {''.join(c for c in line if c.isprintable())}" for line in answer.text.splitlines()]
