"""`interview` guides an interviewer through a live interview."""

from pathlib import Path
from typing import Annotated

import typer

from grading.cli.options import ROOT, level_option, path_option
from grading.content.load import Assignment
from grading.errors import UsageError
from grading.files import prepare_output


def interview(
    candidate: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="The candidate's name; the same name resumes an interrupted interview."),
    ] = None,
    *,
    key: Annotated[
        bool, typer.Option("--key", help="Only print the answer key: hints, observations and the discussion's answers.")
    ] = False,
    interviewer: Annotated[
        str, typer.Option(metavar="NAME", envvar="USER", help="The interviewer's name.")
    ] = "interviewer",
    level: Annotated[
        str | None,
        level_option(
            "Level of a new interview (default: the assignment's default); a resumed interview keeps its level."
        ),
    ] = None,
    submission: Annotated[
        Path | None,
        path_option("SUBMISSION", "What the candidate submitted, if anything: the interview takes its level."),
    ] = None,
    out: Annotated[Path, path_option("DIR", "Where to write.")] = Path("build/interview"),
) -> None:
    """Guide an interviewer through a live interview, and write the review sheet.

    Example: grading interview NAME --level LEVEL
    """
    from rich.console import Console

    from grading.interview.key import to_key
    from grading.interview.session import open_session
    from grading.submission.level import level_to_grade

    assignment = Assignment(ROOT)
    if key:
        print(to_key(assignment.interview, assignment.questions(level)), end="")
        return
    if candidate is None:
        raise UsageError("interview: missing NAME of the candidate; give NAME, or --key to print the answer key")
    if not candidate.strip(".") or "/" in candidate or not candidate.isprintable():
        raise UsageError(f"interview: invalid NAME {candidate!r}: must be usable as a directory name")
    if not interviewer.strip():
        raise UsageError("interview: --interviewer is empty; give the interviewer's name")
    if submission is not None:
        level = level_to_grade(submission, assignment, level)
    folder = out / candidate
    prepare_output(folder, ())
    open_session(
        folder,
        candidate=candidate,
        interviewer=interviewer,
        assignment=assignment,
        level=level,
        console=Console(),
    ).run()
