"""`cohort` grades many submissions."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from grading.cli.options import ROOT, GradeLevel, path_argument, path_option, whole_number
from grading.content.load import Assignment
from grading.errors import GradingError, UsageError
from grading.run.seed import read_seed


def cohort(
    submissions: Annotated[list[Path], path_argument("SUBMISSION", "Checkouts or files, each as for grade.")],
    *,
    level: GradeLevel = None,
    out: Annotated[Path, path_option("DIR", "Where to write.")] = Path("build/cohort"),
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", parser=whole_number(1), help="At a time, on this machine (default: one a core)."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Dask scheduler, tcp://HOST:PORT, to work with instead."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N", parser=read_seed, help="The same inputs for everybody (default: one drawn for the cohort)."
        ),
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="Show in each summary.html what the model does: takes longer.")
    ] = False,
) -> None:
    """Grade many submissions; an interrupted run is resumed.

    Example: grading cohort submissions/* --out build/autumn
    """
    from grading.cohort import FAILED, PAGE, TABLE, grade_cohort
    from grading.cohort.progress import watch
    from grading.cohort.workers import find_workers, stop_on_first_interrupt
    from grading.submission.level import level_of_all

    assignment = Assignment(ROOT)
    level = level_of_all(submissions, assignment, level)
    with stop_on_first_interrupt(), watch(len(submissions)) as on_result:
        rows = grade_cohort(
            submissions,
            assignment=assignment,
            level=level,
            out=out,
            workers=find_workers(scheduler, jobs),
            seed=seed,
            figures=figures,
            on_result=on_result,
        )
    problems = [row for row in rows if row.problem]
    print(f"{len(rows) - len(problems)} of {len(rows)} graded: {out / PAGE}, {out / TABLE}")
    for row in problems:
        print(f"grading: {row.name}: {row.problem}", file=sys.stderr)
    if any(row.problem.startswith(FAILED) for row in problems):
        raise GradingError(f"{len(problems)} submissions have no score: see above; run it again for those")
    if problems:
        others = "all others are graded" if len(problems) < len(rows) else "there was nothing to grade"
        raise UsageError(f"{len(problems)} of {len(rows)} could not be read: see above; {others}")
