"""The command line: reads arguments, calls, prints the result and chooses the exit status."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar

import msgspec
from msgspec import Struct

from grading.arguments import Parser, seed_number, whole_number
from grading.cohort import FAILED, PAGE, TABLE, grade_cohort
from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.content.version import this_grader
from grading.errors import GradingError, SandboxError, UsageError
from grading.files import prepare_output, write_atomically
from grading.handout.publish import publish, refresh
from grading.pipeline.grade import grade
from grading.pipeline.pages import FILES
from grading.pipeline.rescore import rescore
from grading.render.annotations import to_annotations
from grading.render.exports import to_csv, to_gradescope, to_junit
from grading.rooms.commands import add_room
from grading.run.grading_run import GradingRun
from grading.run.seed import new_seed
from grading.sandbox.start import make_sandbox
from grading.scoring.grade import read_grade
from grading.scoring.records import Scorecard
from grading.scoring.review import level_of_sheet, read_review, sheet_name, to_sheet
from grading.submission.level import DEFAULT_LEVEL, level_of_all, level_to_grade
from grading.submission.read import read_origin, read_submission

LEVELS = ("junior", "mid", "senior", "researcher")
_EXIT_STATUS = """exit status:
  0  graded, whatever the score
  2  the arguments, or the submission, cannot be read
  3  the grader itself failed, or was interrupted: there is no score
"""


class _Args(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the arguments of a command have in common: each record is checked against what the parser returned."""


class _Grade(_Args, frozen=True, kw_only=True):
    submission: Path
    level: str | None
    review: Path | None
    for_anyone: bool
    out: Path
    seed: int | None
    sandbox: bool
    origin: Path | None
    annotate: bool
    feedback_only: bool


class _Score(_Args, frozen=True, kw_only=True):
    report: Path
    level: str | None
    review: Path | None
    for_anyone: bool
    out: Path | None


class _Review(_Args, frozen=True, kw_only=True):
    submission: Path
    level: str | None
    out: Path | None
    force: bool


class _Cohort(_Args, frozen=True, kw_only=True):
    submissions: list[Path]
    level: str | None
    out: Path
    jobs: int | None
    scheduler: str | None
    seed: int | None
    figures: bool


class _Export(_Args, frozen=True, kw_only=True):
    grades: list[Path]
    format: Literal["gradescope", "junit", "csv"]
    out: Path | None


class _Publish(_Args, frozen=True, kw_only=True):
    level: str | None
    folder: Path | None
    in_place: bool
    torch_index: str


class _Interview(_Args, frozen=True, kw_only=True):
    candidate: str | None
    key: bool
    interviewer: str
    level: str | None
    out: Path


_AnyArgs = TypeVar("_AnyArgs", bound=_Args)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    try:
        args = _parser().parse_args(argv)
        args.run(args)
    except GradingError as error:
        print(f"grading: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_status
    except Exception as error:  # noqa: BLE001 - whatever it is, a script must not take it for a grade
        print(f"grading: internal error: {type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        return GradingError.exit_status
    return 0


def _grade(args: _Grade) -> None:
    try:
        _grade_submission(args)
    except (UsageError, SandboxError):
        raise
    except Exception as error:
        if args.feedback_only:
            raise GradingError(
                "the grader failed: this is not your score. Only the hiring team can see why: "
                "they run the same command without --feedback-only"
            ) from error
        raise


def _grade_submission(args: _Grade) -> None:
    # Everything that can be refused is refused before the sandbox starts.
    assignment = Assignment(_root())
    level = level_to_grade(args.submission, assignment, args.level)
    rubric = assignment.rubric(level)
    origin = None if args.origin is None else read_origin(args.origin)
    submission = read_submission(args.submission, assignment, origin)
    review = None
    if args.review is not None:
        review = read_review(args.review, rubric, of=None if args.for_anyone else submission.record.name)
    prepare_output(args.out, FILES)
    if not args.sandbox:
        print("grading: NO SANDBOX: candidate code runs unprotected, and may forge its score", file=sys.stderr)
    run = GradingRun(
        submission=submission,
        assignment=assignment,
        rubric=rubric,
        seed=new_seed() if args.seed is None else args.seed,
        figures=not args.feedback_only,
    )
    sandbox = make_sandbox(assignment, preload=submission.preload, protected=args.sandbox)
    try:
        card = grade(run, sandbox=sandbox, out=args.out, review=review, feedback_only=args.feedback_only)
    finally:
        sandbox.close()
    _report(card)
    if args.feedback_only:
        print(f"{args.out / 'feedback.md'}: what was found, with hints")
    else:
        _report_pages(args.out)
    if args.annotate:
        print("\n".join(to_annotations(card, assignment.manifest.source)))


def _score(args: _Score) -> None:
    out = args.out if args.out is not None else args.report.parent
    card = rescore(
        args.report,
        assignment=Assignment(_root()),
        level=args.level,
        out=out,
        review=args.review,
        for_anyone=args.for_anyone,
    )
    _report(card)
    _report_pages(out)


def _review(args: _Review) -> None:
    assignment = Assignment(_root())
    if args.submission.suffix == ".toml":
        _check_sheet(args.submission, assignment, args.level)
        return
    rubric = assignment.rubric(level_to_grade(args.submission, assignment, args.level))
    submission = read_submission(args.submission, assignment).record
    out = args.out or Path("build") / sheet_name(submission.name)
    if out.is_dir():
        raise UsageError(f"{out}: is a folder; --out names the file to write")
    if out.exists() and not args.force:
        raise UsageError(f"{out}: already exists; use another --out, or --force to overwrite")
    prepare_output(out.parent, ())
    write_atomically({out: to_sheet(submission, rubric, assignment.questions(rubric.level))})
    command = shlex.join(["python", "-m", "grading", "grade", str(args.submission), "--review", str(out)])
    print(f"{out}: fill it in, then: {command}")


def _check_sheet(path: Path, assignment: Assignment, level: str | None) -> None:
    rubric = assignment.rubric(level or level_of_sheet(path))
    review = read_review(path, rubric)
    waiting = [c.id for c in rubric.criterion if c.scored_by is ScoredBy.REVIEWER and c.id not in review.points]
    print(f"{path}: filled in by {review.reviewer}" + (f"; still open: {', '.join(waiting)}" if waiting else ""))


def _publish(args: _Publish) -> None:
    assignment = Assignment(_root())
    level = args.level or DEFAULT_LEVEL
    if args.folder is None:
        names = refresh(assignment, level)
        print(f"{assignment.root}: wrote {', '.join(names)}")
        return
    names = publish(assignment, level, args.folder, package_index=args.torch_index)
    print(f"{args.folder}: {len(names)} files for level {level}; make it a repository of its own, or use 'room create'")


def _interview(args: _Interview) -> None:
    from rich.console import Console

    from grading.interview.session import open_session

    assignment = Assignment(_root())
    if args.key:
        from grading.interview.key import to_key

        print(to_key(assignment.interview, assignment.questions(args.level or "senior")), end="")
        return
    if args.candidate is None:
        raise UsageError("interview: missing NAME, the candidate's; or give --key to print the answer key")
    if not args.candidate.strip(".") or "/" in args.candidate or not args.candidate.isprintable():
        raise UsageError(f"interview: invalid NAME {args.candidate!r}: it must be usable as a folder's name")
    if not args.interviewer.strip():
        raise UsageError("interview: --interviewer is empty: give the name of whoever reviews")
    folder = args.out / args.candidate
    prepare_output(folder, ())
    open_session(
        folder,
        candidate=args.candidate,
        interviewer=args.interviewer,
        rubric=assignment.rubric,
        level=args.level,
        interview=assignment.interview,
        questions=assignment.questions,
        console=Console(),
    ).run()


def _cohort(args: _Cohort) -> None:
    from grading.cohort.progress import watch
    from grading.cohort.workers import find_workers, stop_on_first_interrupt

    assignment = Assignment(_root())
    level = level_of_all(args.submissions, assignment, args.level)
    with stop_on_first_interrupt(), watch(len(args.submissions)) as on_result:
        rows = grade_cohort(
            args.submissions,
            assignment=assignment,
            level=level,
            out=args.out,
            workers=find_workers(args.scheduler, args.jobs),
            seed=args.seed,
            figures=args.figures,
            on_result=on_result,
        )
    problems = [row for row in rows if row.problem]
    print(f"{len(rows) - len(problems)} of {len(rows)} graded: {args.out / PAGE}, {args.out / TABLE}")
    for row in problems:
        print(f"grading: {row.name}: {row.problem}", file=sys.stderr)
    if any(row.problem.startswith(FAILED) for row in problems):
        raise GradingError(f"{len(problems)} submissions have no score: see above; run it again for those")
    if problems:
        others = "all others are graded" if len(problems) < len(rows) else "there was nothing to grade"
        raise UsageError(f"{len(problems)} of {len(rows)} could not be read: see above; {others}")


def _export(args: _Export) -> None:
    grades = [read_grade(path) for path in args.grades]
    if args.format != "csv" and len(grades) > 1:
        raise UsageError(f"--format {args.format}: one grade.json at a time; csv takes any number")
    match args.format:
        case "gradescope":
            text = to_gradescope(grades[0], Assignment(_root()).mistake)
        case "junit":
            text = to_junit(grades[0])
        case _:
            text = to_csv(grades)
    if args.out is None:
        print(text, end="")
        return
    if not args.out.parent.is_dir():
        raise UsageError(f"{args.out.parent}: is no folder; make it, or give another --out")
    if args.out.is_dir():
        raise UsageError(f"{args.out}: is a folder; --out names the file to write")
    write_atomically({args.out: text})


def _report(card: Scorecard) -> None:
    """Print a score: nothing that its candidate may not read."""
    for criterion in card.criteria:
        earned = "open" if criterion.points is None else f"{criterion.points:g}"
        print(f"{criterion.title:<28}{earned:>6} of {criterion.max:g}")
    for criterion in card.bonus:
        if criterion.points:
            print(f"{'bonus, ' + criterion.title:<28}{criterion.points:>6g} of {criterion.max:g}")
    for found in card.mistakes:
        print(f"  {found.mistake.severity.value}: {found.mistake.id} ({found.criterion}): {found.mistake.title}")
    automatic, most = card.points(ScoredBy.TESTS), card.maximum(ScoredBy.TESTS)
    total = "" if card.total is None else f", total {card.total:g} of {card.rubric.maximum:g}"
    print(f"{automatic:g} of {most:g} automatic points{total}: {card.verdict.value}")


def _report_pages(out: Path) -> None:
    print(f"for the reviewer: {out / 'summary.html'}; for the candidate: {out / 'feedback.md'}")


def _root() -> Path:
    """Return the checkout that this package is part of."""
    return Path(__file__).resolve().parent.parent


class _Version(argparse.Action):
    """Prints which grader this is; the digest is that of grade.json, and computed only when it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:  # noqa: ARG002 - argparse's
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, default=argparse.SUPPRESS, **options)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        grader = this_grader(_root())
        print(f"grading {grader.version}, digest {grader.digest}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m grading",
        description="Grade take-home submissions: hidden tests in a sandbox, a rubric of 100 points, pages to read.",
        epilog=_EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, help="print the version, and a digest of grader and assignment")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    grade_ = _command(commands, "grade", _grade, _Grade, "run the hidden tests on a submission and score it")
    grade_.add_argument(
        "submission", type=Path, metavar="SUBMISSION", help="a checkout with assignment/, or an exercise.py"
    )
    _common(grade_, out=Path("build/grade"))
    grade_.add_argument(
        "--seed", type=seed_number, metavar="N", help="repeat a run with its report's seed (default: a new one)"
    )
    grade_.add_argument(
        "--no-sandbox",
        dest="sandbox",
        action="store_false",
        help="run candidate code unprotected in this process: only for code you would run yourself",
    )

    grade_.add_argument(
        "--origin", type=Path, metavar="FILE", help="where the files came from, as 'room fetch' wrote it"
    )
    grade_.add_argument(
        "--annotate", action="store_true", help="also print GitHub annotations for the candidate's lines"
    )
    grade_.add_argument(
        "--feedback-only",
        action="store_true",
        help="write and print only what the candidate may read: feedback.md, and grade.json without hidden tests",
    )

    score = _command(
        commands, "score", _score, _Score, "score an old report.json again, by today's rubric, running nothing"
    )
    score.add_argument("report", type=Path, metavar="REPORT", help="the report.json of an earlier grade")
    _common(score, out=None)

    review = _command(commands, "review", _review, _Review, "write a review sheet to fill in, or check one")
    review.add_argument(
        "submission", type=Path, metavar="SUBMISSION", help="what to review, or a filled-in sheet (.toml)"
    )
    _add_level(review, "the submission's, or the sheet's")
    review.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the sheet to write (default: build/review-NAME.toml, of the candidate)",
    )
    review.add_argument("--force", action="store_true", help="overwrite a sheet that already exists")

    cohort = _command(commands, "cohort", _cohort, _Cohort, "grade many submissions; an interrupted run is resumed")
    cohort.add_argument(
        "submissions", nargs="+", type=Path, metavar="SUBMISSION", help="checkouts or files, each as for grade"
    )
    _add_level(cohort, "the submissions'")
    cohort.add_argument("--out", type=Path, default=Path("build/cohort"), metavar="DIR", help="(default: %(default)s)")
    cohort.add_argument(
        "--jobs", type=whole_number(1), metavar="N", help="at a time, on this machine (default: one a core)"
    )
    cohort.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask scheduler, tcp://HOST:PORT, to work with instead"
    )
    cohort.add_argument(
        "--seed",
        type=seed_number,
        metavar="N",
        help="the same inputs for everybody (default: one drawn for the cohort)",
    )

    cohort.add_argument(
        "--figures", action="store_true", help="show in each summary.html what the model does: takes longer"
    )

    export = _command(commands, "export", _export, _Export, "turn grade.json into what other places read")
    export.add_argument("grades", nargs="+", type=Path, metavar="GRADE", help="a grade.json; for csv, any number")
    export.add_argument(
        "--format",
        choices=("gradescope", "junit", "csv"),
        required=True,
        help="gradescope: results.json, fit for candidates; junit: XML, names the hidden tests; csv: a line each",
    )
    export.add_argument("--out", type=Path, metavar="FILE", help="where to (default: standard output)")

    published = _command(commands, "publish", _publish, _Publish, "write the repository that a candidate forks")
    published.add_argument("--level", choices=LEVELS, help=f"for whom (default: {DEFAULT_LEVEL})")
    published.add_argument(
        "--torch-index", default="", metavar="URL", help="index of torch's CPU builds, for its workflow"
    )
    where = published.add_mutually_exclusive_group(required=True)
    where.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="where to; made, or empty")
    where.add_argument(
        "--in-place", action="store_true", help="instead, write this checkout's own assignment/ anew from its sources"
    )

    interview = _command(
        commands, "interview", _interview, _Interview, "lead through a live interview, and write the review file"
    )
    interview.add_argument(
        "candidate", nargs="?", metavar="NAME", help="the candidate; the same name goes on with an interview"
    )
    interview.add_argument("--key", action="store_true", help="only print hints, marks and the discussion's answers")
    interview.add_argument(
        "--interviewer",
        default=os.environ.get("USER") or "interviewer",
        metavar="NAME",
        help="who reviews (default: %(default)s)",
    )
    interview.add_argument(
        "--level", choices=LEVELS, help=f"level of a new interview (default: {DEFAULT_LEVEL}); kept when it is resumed"
    )
    interview.add_argument("--out", type=Path, default=Path("build/interview"), help="where to (default: %(default)s)")

    room = commands.add_parser(
        "room", help="host candidates on GitHub: their rooms, and the jobs that grade their pushes"
    )
    add_room(room, _root())
    return parser


def _command(
    commands: "argparse._SubParsersAction[Parser]",
    name: str,
    run: Callable[[_AnyArgs], None],
    kind: type[_AnyArgs],
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=text, description=text, epilog=_EXIT_STATUS, formatter_class=argparse.RawDescriptionHelpFormatter
    )

    def run_with(namespace: argparse.Namespace) -> None:
        given = {name: value for name, value in vars(namespace).items() if name != "run"}
        run(msgspec.convert(given, type=kind))

    parser.set_defaults(run=run_with)
    return parser


def _common(parser: argparse.ArgumentParser, *, out: Path | None) -> None:
    _add_level(parser, "the report's" if out is None else "the submission's")
    parser.add_argument("--review", type=Path, metavar="FILE", help="a filled-in review sheet")
    parser.add_argument(
        "--for-anyone", action="store_true", help="accept a sheet that names somebody else, such as an interview's"
    )
    where = out if out is not None else "the report's folder"
    parser.add_argument("--out", type=Path, default=out, metavar="DIR", help=f"where to write (default: {where})")


def _add_level(parser: argparse.ArgumentParser, whose: str) -> None:
    named = f"the level that room.toml or level.toml names, else {DEFAULT_LEVEL}"
    default = whose if whose == "the report's" else f"{whose}: {named}"
    parser.add_argument("--level", choices=LEVELS, help=f"rubric to grade with (default: {default})")
