"""`review` writes a sheet for the reviewer to fill in, and checks one."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from grading.cli.options import ROOT, GradeLevel, expect_file, path_argument, path_option
from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.errors import UsageError
from grading.files import prepare_output, write_atomically


def review(
    submission: Annotated[
        Path, path_argument("SUBMISSION", "The submission to review, or a filled-in sheet (.toml) to check.")
    ],
    *,
    level: GradeLevel = None,
    out: Annotated[Path | None, path_option("FILE", "The sheet to write (default: build/review-NAME.toml).")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a sheet that already exists.")] = False,
) -> None:
    """Write a review sheet to fill in, or check one.

    Example: grading review PATH/TO/CHECKOUT, and when it is filled in: grading review build/review-ada.toml
    """
    from grading.scoring.review import sheet_name, to_sheet
    from grading.submission.level import level_to_grade
    from grading.submission.read import read_submission

    assignment = Assignment(ROOT)
    if submission.suffix == ".toml":
        _check_sheet(submission, assignment, level)
        return
    rubric = assignment.rubric(level_to_grade(submission, assignment, level))
    record = read_submission(submission, assignment).record
    out = out or Path("build") / sheet_name(record.name)
    expect_file(out)
    if out.exists() and not force:
        raise UsageError(f"{out}: already exists; use another --out, or --force to overwrite")
    prepare_output(out.parent, ())
    write_atomically({out: to_sheet(record, rubric, assignment.questions(rubric.level))})
    command = shlex.join(["python", "-m", "grading", "grade", str(submission), "--review", str(out)])
    print(f"{out}: fill it in, then: {command}")


def _check_sheet(path: Path, assignment: Assignment, level: str | None) -> None:
    from grading.scoring.review import level_of_sheet, read_review

    rubric = assignment.rubric(level or level_of_sheet(path))
    review = read_review(path, rubric)
    waiting = [c.id for c in rubric.criterion if c.scored_by is ScoredBy.REVIEWER and c.id not in review.points]
    print(f"{path}: filled in by {review.reviewer}" + (f"; still open: {', '.join(waiting)}" if waiting else ""))
