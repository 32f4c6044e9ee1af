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

Candidates = Annotated[Path, path_argument("CSV", "Columns id, login and perhaps level.")]
Owner = Annotated[str, typer.Option(metavar="ORGANISATION", help="The organisation that owns the rooms.")]
Grader = Annotated[str, typer.Option(metavar="OWNER/NAME", help="The repository that grades.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print every call, and make none.")]
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
        str | None, level_option("Of candidates whose line names none (default: the assignment's default).")
    ] = None,
    torch_index: Annotated[
        str, typer.Option(metavar="URL", help="Index of torch's CPU builds, for the rooms' workflow.")
    ] = "",
    renew_secret: Annotated[
        bool,
        typer.Option("--renew-secret", help="Replace the token; it is read from GRADER_DISPATCH_TOKEN."),
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Make a room for each candidate of a CSV, and invite them; a second run changes nothing.

    Example: grading room create candidates.csv --owner ORG --grader ORG/grader --dry-run
    """
    from grading.rooms import provision
    from grading.rooms.candidates import read_candidates

    token = os.environ.get(provision.SECRET, "")
    if not token and not dry_run:
        raise UsageError(
            f"the environment variable {provision.SECRET} is not set: each room gets it; see docs/hosting.md"
        )
    hosting = provision.Hosting(
        owner=owner, grader=grader, token=token or "…", renew=renew_secret, package_index=torch_index
    )
    assignment = Assignment(ROOT)
    listed = read_candidates(candidates, level or assignment.manifest.default_level)
    for candidate in listed:
        assignment.rubric(candidate.level)
    caller = provision.Caller(dry_run=dry_run, tell=print)
    _take_all([(c.room, provision.creation(caller, hosting, c, assignment)) for c in listed], dry_run=dry_run)


@room.command()
def close(candidates: Candidates, *, owner: Owner, dry_run: DryRun = False) -> None:
    """Close the rooms of the candidates of a CSV: access removed, repository archived."""
    from grading.rooms import provision
    from grading.rooms.candidates import read_candidates

    hosting = provision.Hosting(owner=owner, grader="", token="")
    caller = provision.Caller(dry_run=dry_run, tell=print)
    listed = read_candidates(candidates, Assignment(ROOT).manifest.default_level)
    _take_all([(c.room, provision.closing(caller, hosting, c)) for c in listed], dry_run=dry_run)


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
    from grading.rooms.github import Asked, GitHub

    asked = Asked(owner=owner, room=name, pull_request=pull_request, sha=sha)
    fetched = copy_files(GitHub.from_environment(ROOMS_TOKEN), asked, Assignment(ROOT), out)
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
    report: Annotated[Path, path_option("FILE", "The report.json; if it is missing, the grader failed.")],
    problem: Annotated[
        str, typer.Option(metavar="TEXT", help="Why there was nothing to grade, as 'room fetch' said.")
    ] = "",
    out: Annotated[Path, path_option("DIR", "Where to write.")] = Path("build/grade"),
) -> None:
    """Publish a score as status and comment; needs ROOMS_TOKEN."""
    from grading.pipeline.rescore import rescore
    from grading.rooms.answer import answer_failure, answer_problem, answer_score
    from grading.rooms.github import Asked, GitHub

    github = GitHub.from_environment(ROOMS_TOKEN)
    asked = Asked(owner=owner, room=name, pull_request=pull_request, sha=sha)
    if problem:
        print(f"{name}: {answer_problem(github, asked, problem)}")
        return
    try:
        # Scored anew: of what the job that ran the candidate's code left, only the report is looked at, as data.
        card = rescore(report, assignment=Assignment(ROOT), level=None, out=out, review=None)
    except GradingError as error:
        answer_failure(github, asked)
        raise GradingError(f"no score for {name}, {sha[:10]}: {error}") from None
    print(f"{name}: {answer_score(github, asked, card)}")


@room.command()
def sweep(*, owner: Owner, grader: Grader) -> None:
    """Ask again for heads without a grade; needs ROOMS_TOKEN and GRADER_TOKEN."""
    from grading.rooms.github import GitHub
    from grading.rooms.sweep import MOST, ask, title, under_way, ungraded

    rooms, graders = GitHub.from_environment(ROOMS_TOKEN), GitHub.from_environment(GRADER_TOKEN)
    waiting = under_way(graders, grader)
    heads = ungraded(rooms, owner, datetime.datetime.now(datetime.UTC))
    found = [asked for asked in heads if title(asked) not in waiting]
    for asked in found[:MOST]:
        ask(graders, grader, asked)
        print(f"{asked.room}: asked again for {asked.sha[:10]}", flush=True)
    print(f"{len(found[:MOST])} asked again, {len(found[MOST:])} left for the next sweep", file=sys.stderr)


@room.command()
def estimate(
    numbers: Annotated[
        list[int] | None,
        typer.Argument(metavar="CANDIDATES", parser=whole_number(1), show_default="10 100 1000", help="How many."),
    ] = None,
    *,
    pushes: Annotated[int, typer.Option(metavar="N", parser=whole_number(0), help="Of each candidate.")] = 10,
    days: Annotated[int, typer.Option(metavar="N", parser=whole_number(0), help="That rooms are open.")] = 14,
    price: Annotated[
        float, typer.Option(metavar="DOLLARS", parser=amount, help="Of a minute.")
    ] = _TERMS.dollars_a_minute,
    included: Annotated[
        int, typer.Option(metavar="MINUTES", parser=whole_number(0), help="Not billed, a month.")
    ] = _TERMS.included_minutes,
    jobs: Annotated[int, typer.Option(metavar="N", parser=whole_number(1), help="At a time.")] = _TERMS.concurrent_jobs,
) -> None:
    """Print what hosting so many candidates costs on GitHub, and how long they wait.

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


def _take_all(rooms: "list[tuple[str, list[Step]]]", *, dry_run: bool) -> None:
    from grading.rooms.provision import take

    failed = 0
    for number, (name, steps) in enumerate(rooms, start=1):
        if dry_run:
            print(f"# {name}")
        outcome = take(name, steps)
        failed += bool(outcome.failed)
        if not dry_run:
            print(f"[{number}/{len(rooms)}] {outcome}", flush=True)
    if failed:
        raise GradingError(f"{failed} of {len(rooms)} rooms are not ready: see above")


def _output(**values: str) -> None:
    """Hand values on to the workflow's next jobs; on a laptop there is nobody to hand them to."""
    file = os.environ.get("GITHUB_OUTPUT")
    if file:
        with open(file, "a", encoding="utf-8") as output:
            output.writelines(f"{name}={value}\n" for name, value in values.items())
