"""`grade` runs the hidden tests on a submission and scores it; `score` scores an existing report."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from grading.cli.options import ROOT, ForAnyone, GradeLevel, ReviewSheet, level_option, path_argument, path_option
from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.errors import GradingError, SandboxError, UsageError
from grading.run.seed import read_seed
from grading.scoring.records import Scorecard


def grade(
    submission: Annotated[Path, path_argument("SUBMISSION", "A checkout of a fork, or the candidate's file alone.")],
    *,
    level: GradeLevel = None,
    review: ReviewSheet = None,
    for_anyone: ForAnyone = False,
    out: Annotated[Path, path_option("DIR", "Where to write.")] = Path("build/grade"),
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=read_seed,
            help="Random seed; use a report's seed to repeat its run (default: a new one).",
        ),
    ] = None,
    no_sandbox: Annotated[
        bool,
        typer.Option(
            "--no-sandbox",
            help="Run candidate code unprotected in this process: only for code that you would run yourself.",
        ),
    ] = False,
    origin: Annotated[Path | None, path_option("FILE", "The origin.json that 'room fetch' wrote.")] = None,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Also print GitHub annotations for the candidate's lines.")
    ] = False,
    feedback_only: Annotated[
        bool,
        typer.Option(
            "--feedback-only",
            help="Write and print only what the candidate may read: feedback.md, and grade.json without hidden tests.",
        ),
    ] = False,
) -> None:
    """Run the hidden tests on a submission and score it.

    Example: grading grade PATH/TO/CHECKOUT --out build/ada
    """
    from grading.files import prepare_output
    from grading.pipeline.grade import grade as run_and_score
    from grading.pipeline.pages import FILES
    from grading.render.annotations import to_annotations
    from grading.run.grading_run import GradingRun
    from grading.run.seed import new_seed
    from grading.sandbox.start import make_sandbox
    from grading.scoring.review import read_review
    from grading.submission.level import level_to_grade
    from grading.submission.read import read_origin, read_submission

    try:
        # All checks of the arguments come before the sandbox starts.
        assignment = Assignment(ROOT)
        rubric = assignment.rubric(level_to_grade(submission, assignment, level))
        loaded = read_submission(submission, assignment, None if origin is None else read_origin(origin))
        reviewed = None
        if review is not None:
            reviewed = read_review(review, rubric, of=None if for_anyone else loaded.record.name)
        prepare_output(out, FILES)
        if no_sandbox:
            print("grading: NO SANDBOX: candidate code runs unprotected and can forge its score", file=sys.stderr)
        run = GradingRun(
            submission=loaded,
            assignment=assignment,
            rubric=rubric,
            seed=new_seed() if seed is None else seed,
            figures=not feedback_only,
        )
        sandbox = make_sandbox(assignment, preload=loaded.preload, protected=not no_sandbox)
        try:
            card = run_and_score(run, sandbox=sandbox, out=out, review=reviewed, feedback_only=feedback_only)
        finally:
            sandbox.close()
    except (UsageError, SandboxError):
        raise
    except Exception as error:
        if not feedback_only:
            raise
        raise GradingError(
            "the grader failed: this is not your score. Only the hiring team can see the reason: "
            "they run the same command without --feedback-only"
        ) from error
    _print_score(card)
    if feedback_only:
        print(f"{out / 'feedback.md'}: mistakes found, with hints")
    else:
        _print_pages(out)
    if annotate:
        print("\n".join(to_annotations(card, assignment.manifest.source)))


def score(
    report: Annotated[Path, path_argument("REPORT", "The report.json of an earlier grade.")],
    *,
    level: Annotated[str | None, level_option("Rubric to score with (default: the report's).")] = None,
    review: ReviewSheet = None,
    for_anyone: ForAnyone = False,
    out: Annotated[Path | None, path_option("DIR", "Where to write (default: the report's folder).")] = None,
) -> None:
    """Score an existing report.json with the current rubric. Runs no code.

    Example: grading score build/grade/report.json --review review-ada.toml
    """
    from grading.pipeline.rescore import rescore

    folder = report.parent if out is None else out
    card = rescore(report, assignment=Assignment(ROOT), level=level, out=folder, review=review, for_anyone=for_anyone)
    _print_score(card)
    _print_pages(folder)


def _print_score(card: Scorecard) -> None:
    """Print a score, without anything that the candidate must not see."""
    rows = [
        (criterion.title, "open" if criterion.points is None else f"{criterion.points:g}", criterion.max)
        for criterion in card.criteria
    ]
    rows += [(f"bonus, {bonus.title}", f"{bonus.points:g}", bonus.max) for bonus in card.bonus if bonus.points]
    if sys.stdout.isatty():
        _print_table(rows)
    else:
        for title, earned, most in rows:
            print(f"{title:<28}{earned:>6} of {most:g}")
    for found in card.mistakes:
        print(f"  {found.mistake.severity.value}: {found.mistake.id} ({found.criterion}): {found.mistake.title}")
    automatic, most = card.points(ScoredBy.TESTS), card.maximum(ScoredBy.TESTS)
    total = "" if card.total is None else f", total {card.total:g} of {card.rubric.maximum:g}"
    print(f"{automatic:g} of {most:g} automatic points{total}: {card.verdict.value}")


def _print_table(rows: list[tuple[str, str, float]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("criterion", "points", "of")
    for column in table.columns[1:]:
        column.justify = "right"
    for title, earned, most in rows:
        table.add_row(Text(title), earned, f"{most:g}")
    Console().print(table)


def _print_pages(out: Path) -> None:
    print(f"for the reviewer: {out / 'summary.html'}; for the candidate: {out / 'feedback.md'}")
