"""`room` hosts candidates on GitHub. A room is a private repository for one candidate."""

import datetime
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from grading.cli.options import ROOT, amount, level_option, path_argument, path_option, whole_number
from grading.content.load import Assignment
from grading.errors import GradingError, UsageError
from grading.rooms import estimate as costs

if TYPE_CHECKING:
    from grading.rooms.provision import Step

ROOMS_TOKEN: Final = "ROOMS_TOKEN"  # noqa: S105 - names of environment variables
GRADER_TOKEN: Final = "GRADER_TOKEN"  # noqa: S105
_TERMS: Final = costs.Assumptions()

room = typer.Typer(help="Host candidates on GitHub: their rooms, and the jobs that grade their pushes.")

Candidates = Annotated[Path, path_argument("CSV", "CSV file with the columns id, login and optionally level.")]
Owner = Annotated[str, typer.Option(metavar="ORGANISATION", help="The organisation that owns the rooms.")]
Grader = Annotated[str, typer.Option(metavar="OWNER/NAME", help="The repository that contains the grader.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the commands without running them.")]
Room = Annotated[str, typer.Option("--room", metavar="NAME", help="The room's repository.")]
PullRequest = Annotated[int, typer.Option(metavar="NUMBER", parser=whole_number(1), help="Its pull request.")]
Sha = Annotated[str, typer.Option(metavar="SHA", help="The commit, in full.")]


@room.command()
def create(
    candidates: Candidates,
    *,
    owner: Owner,
    grader: Grader,
    level: Annotated[
        str | None, level_option("Level of candidates without a level in the CSV (default: the assignment's default).")
    ] = None,
    torch_index: Annotated[
        str, typer.Option(metavar="URL", help="Package index with CPU builds of torch, for the rooms' workflow.")
    ] = "",
    renew_secret: Annotated[
        bool,
        typer.Option("--renew-secret", help="Replace the rooms' token by the one in GRADER_DISPATCH_TOKEN."),
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Create a room for each candidate in a CSV and invite them; a second run changes nothing.

    Example: grading room create candidates.csv --owner ORG --grader ORG/grader --dry-run
    """
    from grading.rooms import provision
    from grading.rooms.candidates import read_candidates

    token = os.environ.get(provision.SECRET, "")
    if not token and not dry_run:
        raise UsageError(
            f"the environment variable {provision.SECRET} is not set; set it to the rooms' token, see docs/hosting.md"
        )
    hosting = provision.Hosting(
        owner=owner, grader=grader, token=token or "…", renew=renew_secret, package_index=torch_index
    )
    assignment = Assignment(ROOT)
    listed = read_candidates(candidates, level or assignment.manifest.default_level)
    for candidate in listed:
        assignment.rubric(candidate.level)
    caller = provision.Caller(dry_run=dry_run, echo=print)
    _run_all([(c.room, provision.creation(caller, hosting, c, assignment)) for c in listed], dry_run=dry_run)


@room.command()
def close(candidates: Candidates, *, owner: Owner, dry_run: DryRun = False) -> None:
    """Close the rooms of the candidates in a CSV: remove access and archive the repositories."""
    from grading.rooms import provision
    from grading.rooms.candidates import read_candidates

    hosting = provision.Hosting(owner=owner, grader="", token="")
    caller = provision.Caller(dry_run=dry_run, echo=print)
    listed = read_candidates(candidates, Assignment(ROOT).manifest.default_level)
    _run_all([(c.room, provision.closing(caller, hosting, c)) for c in listed], dry_run=dry_run)


@room.command()
def fetch(
    *,
    owner: Owner,
    name: Room,
    pull_request: PullRequest,
    sha: Sha,
    out: Annotated[Path, path_option("DIR", "Where to write.")] = Path("build/fetch"),
) -> None:
    """Copy the candidate's own files of one commit; needs ROOMS_TOKEN."""
    from grading.rooms.fetch import ORIGIN, SUBMISSION
    from grading.rooms.fetch import fetch as copy_files
    from grading.rooms.github import GitHub, GradingRequest

    request = GradingRequest(owner=owner, room=name, pull_request=pull_request, sha=sha)
    fetched = copy_files(GitHub.from_environment(ROOMS_TOKEN), request, Assignment(ROOT), out)
    _output(current=str(fetched.current).lower(), level=fetched.level, problem=fetched.problem)
    if not fetched.current:
        print(f"{name}: {sha[:10]} is not the head of an open pull request: nothing to grade")
    elif fetched.problem:
        print(f"{name}: nothing to grade: {fetched.problem}")
    else:
        print(f"{name}: copied to {out / SUBMISSION} and {out / ORIGIN}, level {fetched.level}")


@room.command()
def answer(
    *,
    owner: Owner,
    name: Room,
    pull_request: PullRequest,
    sha: Sha,
    report: Annotated[Path, path_option("FILE", "The report.json; a missing file means that the grader failed.")],
    problem: Annotated[
        str, typer.Option(metavar="TEXT", help="Why there was nothing to grade, from the output of 'room fetch'.")
    ] = "",
    out: Annotated[Path, path_option("DIR", "Where to write.")] = Path("build/grade"),
) -> None:
    """Publish a score as status and comment; needs ROOMS_TOKEN."""
    from grading.pipeline.rescore import rescore
    from grading.rooms.answer import answer_failure, answer_problem, answer_score
    from grading.rooms.github import GitHub, GradingRequest

    github = GitHub.from_environment(ROOMS_TOKEN)
    request = GradingRequest(owner=owner, room=name, pull_request=pull_request, sha=sha)
    if problem:
        print(f"{name}: {answer_problem(github, request, problem)}")
        return
    try:
        # The report is scored again here: nothing else from the job that ran the candidate's code is read.
        card = rescore(report, assignment=Assignment(ROOT), level=None, out=out, review=None)
    except GradingError as error:
        answer_failure(github, request)
        raise GradingError(f"no score for {name}, {sha[:10]}: {error}") from None
    print(f"{name}: {answer_score(github, request, card)}")


@room.command()
def sweep(*, owner: Owner, grader: Grader) -> None:
    """Request grading again for pull request heads without a grade; needs ROOMS_TOKEN and GRADER_TOKEN."""
    from grading.rooms.github import GitHub
    from grading.rooms.sweep import MOST, ask, title, under_way, ungraded

    rooms, graders = GitHub.from_environment(ROOMS_TOKEN), GitHub.from_environment(GRADER_TOKEN)
    waiting = under_way(graders, grader)
    heads = ungraded(rooms, owner, datetime.datetime.now(datetime.UTC))
    found = [request for request in heads if title(request) not in waiting]
    for request in found[:MOST]:
        ask(graders, grader, request)
        print(f"{request.room}: requested grading of {request.sha[:10]} again", flush=True)
    print(f"{len(found[:MOST])} requested again, {len(found[MOST:])} left for the next sweep", file=sys.stderr)


@room.command()
def estimate(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(
            metavar="CANDIDATES", parser=whole_number(1), show_default="10 100 1000", help="Numbers of candidates."
        ),
    ] = None,
    *,
    pushes: Annotated[int, typer.Option(metavar="N", parser=whole_number(0), help="Pushes per candidate.")] = 10,
    days: Annotated[int, typer.Option(metavar="N", parser=whole_number(0), help="Days that a room is open.")] = 14,
    price: Annotated[
        float, typer.Option(metavar="DOLLARS", parser=amount, help="Price per minute.")
    ] = _TERMS.dollars_a_minute,
    included: Annotated[
        int, typer.Option(metavar="MINUTES", parser=whole_number(0), help="Free minutes per month.")
    ] = _TERMS.included_minutes,
    jobs: Annotated[
        int, typer.Option(metavar="N", parser=whole_number(1), help="Concurrent jobs.")
    ] = _TERMS.concurrent_jobs,
) -> None:
    """Print the cost of hosting rooms on GitHub, and the waiting time for a grade.

    Example: grading room estimate 50 200 --pushes 5
    """
    terms = costs.Assumptions(dollars_a_minute=price, included_minutes=included, concurrent_jobs=jobs)
    table = costs.to_table([costs.estimate(number, pushes, days, terms) for number in numbers or (10, 100, 1000)])
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(table))
    else:
        print(table)


def _run_all(rooms: "list[tuple[str, list[Step]]]", *, dry_run: bool) -> None:
    from grading.rooms.provision import run_steps

    failed = 0
    for number, (name, steps) in enumerate(rooms, start=1):
        if dry_run:
            print(f"# {name}")
        result = run_steps(name, steps)
        failed += bool(result.failed)
        if not dry_run:
            print(f"[{number}/{len(rooms)}] {result}", flush=True)
    if failed:
        raise GradingError(f"{failed} of {len(rooms)} rooms are not ready: see above")


def _output(**values: str) -> None:
    """Pass values to the next jobs of the workflow; does nothing outside GitHub Actions."""
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        with open(file, "a", encoding="utf-8") as output:
            output.writelines(f"{name}={value}\n" for name, value in values.items())
