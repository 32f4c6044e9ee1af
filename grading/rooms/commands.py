"""The command line of the sealed flow: `python -m grading room …`."""

import argparse
import datetime
import os
import sys
from collections.abc import Callable
from pathlib import Path

from grading.arguments import amount, whole_number
from grading.content.load import Assignment
from grading.errors import GradingError, UsageError
from grading.pipeline.rescore import rescore
from grading.rooms import provision as setup
from grading.rooms.answer import answer_failure, answer_problem, answer_score
from grading.rooms.candidates import read_candidates
from grading.rooms.estimate import Assumptions, estimate, to_table
from grading.rooms.fetch import ORIGIN, SUBMISSION, fetch
from grading.rooms.github import Asked, GitHub
from grading.rooms.sweep import MOST, ask, title, under_way, ungraded

ROOMS_TOKEN = "ROOMS_TOKEN"  # noqa: S105 - names of environment variables
GRADER_TOKEN = "GRADER_TOKEN"  # noqa: S105
DISPATCH_TOKEN = setup.SECRET


class RoomArgs(argparse.Namespace):
    """Arguments of the subcommands of `room`."""

    candidates: Path
    owner: str
    grader: str
    level: str
    torch_index: str
    renew_secret: bool
    dry_run: bool
    room: str
    pull_request: int
    sha: str
    out: Path
    report: Path
    problem: str
    numbers: list[int]
    pushes: int
    days: int
    price: float
    included: int
    jobs: int


def add_room(parser: argparse.ArgumentParser, root: Path) -> None:
    """Add the subcommands of `room` to its parser."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[RoomArgs, Assignment], None], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=lambda args: run(args, Assignment(root)))
        if run is not _estimate:
            command.add_argument("--owner", required=True, metavar="ORGANISATION", help="whose the rooms are")
        return command

    create = add(
        "create", _create, "make a room for each candidate of a CSV, and invite them; a second run changes nothing"
    )
    close = add("close", _close, "close the rooms of the candidates of a CSV: access removed, repository archived")
    for command in (create, close):
        command.add_argument("candidates", type=Path, metavar="CSV", help="columns id, login and perhaps level")
        command.add_argument("--dry-run", action="store_true", help="print every call, and make none")
    create.add_argument("--grader", required=True, metavar="OWNER/NAME", help="the repository that grades")
    create.add_argument("--level", default="mid", help="of candidates whose line names none (default: %(default)s)")
    create.add_argument(
        "--torch-index", default="", metavar="URL", help="index of torch's CPU builds, for the rooms' workflow"
    )
    create.add_argument(
        "--renew-secret", action="store_true", help=f"replace the token; it is read from {DISPATCH_TOKEN}"
    )

    for name, run, text in (
        ("fetch", _fetch, f"copy the candidate's own files of one commit; needs {ROOMS_TOKEN}"),
        ("answer", _answer, f"publish a score as status and comment; needs {ROOMS_TOKEN}"),
    ):
        command = add(name, run, text)
        command.add_argument("--room", required=True, metavar="NAME", help="the room's repository")
        command.add_argument(
            "--pull-request", required=True, type=whole_number(1), metavar="NUMBER", help="its pull request"
        )
        command.add_argument("--sha", required=True, help="the commit, in full")
        if run is _fetch:
            command.add_argument(
                "--out", type=Path, default=Path("build/fetch"), metavar="DIR", help="(default: %(default)s)"
            )
        else:
            command.add_argument(
                "--problem", default="", metavar="TEXT", help="why there was nothing to grade, as fetch said"
            )
            command.add_argument(
                "--report", type=Path, required=True, metavar="FILE", help="report.json; if missing, the grader failed"
            )
            command.add_argument(
                "--out", type=Path, default=Path("build/grade"), metavar="DIR", help="(default: %(default)s)"
            )

    sweep = add("sweep", _sweep, f"ask again for heads without a grade; needs {ROOMS_TOKEN} and {GRADER_TOKEN}")
    sweep.add_argument("--grader", required=True, metavar="OWNER/NAME", help="the repository that grades")

    costs = add("estimate", _estimate, "print what hosting so many candidates costs on GitHub, and how long they wait")
    costs.add_argument(
        "numbers",
        nargs="*",
        type=whole_number(1),
        default=[10, 100, 1000],
        metavar="CANDIDATES",
        help="(default: %(default)s)",
    )
    costs.add_argument("--pushes", type=whole_number(0), default=10, help="of each (default: %(default)s)")
    costs.add_argument("--days", type=whole_number(0), default=14, help="that rooms are open (default: %(default)s)")
    terms = Assumptions()
    costs.add_argument(
        "--price", type=amount, default=terms.dollars_a_minute, help="dollars a minute (default: %(default)s)"
    )
    costs.add_argument(
        "--included", type=whole_number(0), default=terms.included_minutes, help="minutes (default: %(default)s)"
    )
    costs.add_argument(
        "--jobs", type=whole_number(1), default=terms.concurrent_jobs, help="at a time (default: %(default)s)"
    )


def _estimate(args: RoomArgs, assignment: Assignment) -> None:  # noqa: ARG001 - a command's signature
    terms = Assumptions(dollars_a_minute=args.price, included_minutes=args.included, concurrent_jobs=args.jobs)
    print(to_table([estimate(number, args.pushes, args.days, terms) for number in args.numbers]))


def _create(args: RoomArgs, assignment: Assignment) -> None:
    token = os.environ.get(DISPATCH_TOKEN, "")
    if not token and not args.dry_run:
        raise UsageError(
            f"the environment variable {DISPATCH_TOKEN} is not set: each room gets it; see docs/hosting.md"
        )
    hosting = setup.Hosting(
        owner=args.owner,
        grader=args.grader,
        token=token or "…",
        renew=args.renew_secret,
        package_index=args.torch_index,
    )
    candidates = read_candidates(args.candidates, args.level)
    for candidate in candidates:
        assignment.rubric(candidate.level)
    caller = setup.Caller(dry_run=args.dry_run, tell=print)
    _take_all([(c.room, setup.creation(caller, hosting, c, assignment)) for c in candidates], dry_run=args.dry_run)


def _close(args: RoomArgs, assignment: Assignment) -> None:  # noqa: ARG001 - a command's signature
    hosting = setup.Hosting(owner=args.owner, grader="", token="")
    caller = setup.Caller(dry_run=args.dry_run, tell=print)
    candidates = read_candidates(args.candidates, "mid")
    _take_all([(c.room, setup.closing(caller, hosting, c)) for c in candidates], dry_run=args.dry_run)


def _take_all(rooms: list[tuple[str, list[setup.Step]]], *, dry_run: bool) -> None:
    failed = 0
    for number, (room, steps) in enumerate(rooms, start=1):
        if dry_run:
            print(f"# {room}")
        outcome = setup.take(room, steps)
        failed += bool(outcome.failed)
        if not dry_run:
            print(f"[{number}/{len(rooms)}] {outcome}", flush=True)
    if failed:
        raise GradingError(f"{failed} of {len(rooms)} rooms are not ready: see above")


def _asked(args: RoomArgs) -> Asked:
    return Asked(owner=args.owner, room=args.room, pull_request=args.pull_request, sha=args.sha)


def _fetch(args: RoomArgs, assignment: Assignment) -> None:
    asked = _asked(args)
    fetched = fetch(GitHub.from_environment(ROOMS_TOKEN), asked, assignment, args.out)
    _output(current=str(fetched.current).lower(), level=fetched.level, problem=fetched.problem)
    if not fetched.current:
        print(f"{asked.room}: {asked.sha[:10]} is not the head of an open pull request: nothing to grade")
    elif fetched.problem:
        print(f"{asked.room}: nothing to grade: {fetched.problem}")
    else:
        print(f"{asked.room}: copied to {args.out / SUBMISSION} and {args.out / ORIGIN}, level {fetched.level}")


def _answer(args: RoomArgs, assignment: Assignment) -> None:
    asked, github = _asked(args), GitHub.from_environment(ROOMS_TOKEN)
    if args.problem:
        print(f"{asked.room}: {answer_problem(github, asked, args.problem)}")
        return
    try:
        # Scored anew: of what the job that ran the candidate's code left, only the report is looked at, as data.
        card = rescore(args.report, assignment=assignment, level=None, out=args.out, review=None)
    except GradingError as error:
        answer_failure(github, asked)
        raise GradingError(f"no score for {asked.room}, {asked.sha[:10]}: {error}") from None
    print(f"{asked.room}: {answer_score(github, asked, card)}")


def _sweep(args: RoomArgs, assignment: Assignment) -> None:  # noqa: ARG001 - a command's signature
    rooms, grader = GitHub.from_environment(ROOMS_TOKEN), GitHub.from_environment(GRADER_TOKEN)
    waiting = under_way(grader, args.grader)
    heads = ungraded(rooms, args.owner, datetime.datetime.now(datetime.UTC))
    found = [asked for asked in heads if title(asked) not in waiting]
    for asked in found[:MOST]:
        ask(grader, args.grader, asked)
        print(f"{asked.room}: asked again for {asked.sha[:10]}", flush=True)
    print(f"{len(found[:MOST])} asked again, {len(found[MOST:])} left for the next sweep", file=sys.stderr)


def _output(**values: str) -> None:
    """Hand values on to the workflow's next jobs; on a laptop there is nobody to hand them to."""
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        with open(file, "a", encoding="utf-8") as output:
            output.writelines(f"{name}={value}\n" for name, value in values.items())
