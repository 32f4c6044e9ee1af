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
        typer.Option(
            metavar="N",
            parser=whole_number(1),
            help="Submissions graded in parallel on this machine (default: one per core).",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Grade on the workers of this Dask scheduler, tcp://HOST:PORT, instead."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N", parser=read_seed, help="Random seed for all submissions (default: drawn once per cohort)."
        ),
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="Add figures of the trained model to each summary.html; takes longer.")
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
        raise GradingError(
            f"{len(problems)} submissions have no score: see above; run the same command again to retry them"
        )
    if problems:
        others = "all others are graded" if len(problems) < len(rows) else "there was nothing to grade"
        raise UsageError(f"{len(problems)} of {len(rows)} cannot be read: see above; {others}")
