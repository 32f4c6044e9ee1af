"""Creates and closes rooms with the `gh` command line, as the logged-in user.

Each step first checks whether it is already done. So a second run changes nothing, and a failed run can be resumed.
"""

import json
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from grading.content.load import Assignment
from grading.errors import GradingError
from grading.handout.publish import publish
from grading.rooms.candidates import Candidate

SECRET: Final = "GRADER_DISPATCH_TOKEN"  # noqa: S105 - its name
VARIABLE: Final = "GRADER"
BRANCH: Final = "main"
_SECONDS: Final = 120
# Pull request workflows (the visible tests) can run, with a read-only token and without secrets.
_FORK_POLICY: Final = {
    "run_workflows_from_fork_pull_requests": True,
    "send_write_tokens_to_workflows": False,
    "send_secrets_and_variables": False,
    "require_approval_for_fork_pr_workflows": False,
}


class CommandError(GradingError):
    """A command that sets up a room failed."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Runs commands; with `dry_run`, only prints them, as if no step were done."""

    dry_run: bool
    echo: Callable[[str], None]

    def run(self, command: Sequence[str], *, stdin: str = "", cwd: Path | None = None) -> str:
        """Run a command that changes something, and return what it printed."""
        if self.dry_run:
            self.echo(shlex.join(command) + (f"  # {SECRET} on standard input" if stdin else ""))
            return ""
        return self._run(command, stdin, cwd)

    def ask(self, *arguments: str) -> Any:
        """Return the answer of `gh`, None if the object does not exist."""
        command = ["gh", *arguments]
        if self.dry_run:
            self.echo(shlex.join(command))
            return None
        try:
            answer = self._run(command, "", None)
        except CommandError as error:
            if "HTTP 404" in str(error):
                return None
            raise
        return json.loads(answer) if answer.strip() else {}

    def _run(self, command: Sequence[str], stdin: str, cwd: Path | None) -> str:
        try:
            done = subprocess.run(
                command, input=stdin, capture_output=True, text=True, timeout=_SECONDS, check=False, cwd=cwd
            )
        except FileNotFoundError:
            raise CommandError(f"{command[0]} is not installed; install it to set up rooms") from None
        except subprocess.TimeoutExpired:
            raise CommandError(f"{shlex.join(command[:3])} …: no answer within {_SECONDS} s") from None
        if done.returncode:
            output = " ".join((done.stderr or done.stdout).split())[:300]
            raise CommandError(f"{shlex.join(command[:4])} …: {output or f'status {done.returncode}'}")
        return done.stdout


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of setting up a room, skipped if already done."""

    name: str
    is_done: Callable[[], bool]
    do: Callable[[], None]


@dataclass(kw_only=True)
class RoomResult:
    """The result of setting up or closing one room."""

    room: str
    did: list[str] = field(default_factory=list)
    failed: str = ""  # the step that failed, and why

    def __str__(self) -> str:
        """Return the result as one line."""
        did = f"did: {', '.join(self.did)}" if self.did else "nothing to do" if not self.failed else "did nothing"
        again = f"; FAILED at {self.failed}; run the same command again to resume" if self.failed else ""
        return f"{self.room}: {did}{again}"


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """The settings of all rooms."""

    owner: str  # the organisation that owns the rooms
    grader: str  # the grader's repository, OWNER/NAME
    token: str  # permits only to start the grader's workflow
    renew: bool = False  # replace the token in rooms that have one
    package_index: str = ""  # additional index that the rooms' workflows install from


def run_steps(room: str, steps: Sequence[Step]) -> RoomResult:
    """Run the steps that are not done, in order, until one fails."""
    outcome = RoomResult(room=room)
    for step in steps:
        try:
            if not step.is_done():
                step.do()
                outcome.did.append(step.name)
        except GradingError as error:
            outcome.failed = f"{step.name} ({error})"
            break
    return outcome


def creation(caller: Caller, hosting: Hosting, candidate: Candidate, assignment: Assignment) -> list[Step]:
    """Return the steps that create a candidate's room, with the invitation last."""
    full = f"{hosting.owner}/{candidate.room}"
    api = f"repos/{full}"

    def found() -> dict[str, Any]:
        answer: dict[str, Any] = caller.ask("api", api) or {}
        if answer.get("archived"):
            raise CommandError(f"{full} is archived; unarchive it, or use another id for the candidate")
        return answer

    def push() -> None:
        with tempfile.TemporaryDirectory(prefix="room-") as scratch:
            folder = Path(scratch) / candidate.room
            publish(assignment, candidate.level, folder, package_index=hosting.package_index)
            who = ["-c", "user.name=take-home", "-c", "user.email=take-home@localhost"]
            helper = ["-c", "credential.helper=", "-c", "credential.helper=!gh auth git-credential"]
            url = found().get("clone_url", f"https://github.com/{full}.git")
            caller.run(["git", "init", "--quiet", f"--initial-branch={BRANCH}"], cwd=folder)
            caller.run(["git", "add", "--all"], cwd=folder)
            caller.run(["git", *who, "commit", "--quiet", "--message", "The assignment"], cwd=folder)
            caller.run(["git", *helper, "push", "--quiet", str(url), BRANCH], cwd=folder)

    def run(*arguments: str) -> Callable[[], None]:
        return lambda: _ignore_output(caller.run(["gh", *arguments]))

    policy = f"{api}/actions/permissions/fork-pr-workflows-private-repos"
    flags = [part for key, value in _FORK_POLICY.items() for part in ("-F", f"{key}={str(value).lower()}")]
    return [
        Step(
            name="repository",
            is_done=lambda: bool(found()),
            do=run("repo", "create", full, "--private", "--disable-wiki"),
        ),
        Step(name="content", is_done=lambda: caller.ask("api", f"{api}/branches/{BRANCH}") is not None, do=push),
        Step(
            name="forking",
            is_done=lambda: found().get("allow_forking") is True,
            do=run("api", "--method", "PATCH", api, "-F", "allow_forking=true"),
        ),
        Step(
            name="fork policy",
            is_done=lambda: _holds(caller.ask("api", policy), _FORK_POLICY),
            do=run("api", "--method", "PUT", policy, *flags),
        ),
        Step(
            name="variable",
            is_done=lambda: (
                {"name": VARIABLE, "value": hosting.grader} in _list(caller, "variable", full, "name,value")
            ),
            do=run("variable", "set", VARIABLE, "--repo", full, "--body", hosting.grader),
        ),
        Step(
            name="secret",
            is_done=lambda: not hosting.renew and {"name": SECRET} in _list(caller, "secret", full, "name"),
            do=lambda: _ignore_output(caller.run(["gh", "secret", "set", SECRET, "--repo", full], stdin=hosting.token)),
        ),
        Step(
            name="invitation",
            is_done=lambda: _is_member(caller, api, candidate.login) or _invitation(caller, api, candidate.login) > 0,
            do=run("api", "--method", "PUT", f"{api}/collaborators/{candidate.login}", "-f", "permission=pull"),
        ),
    ]


def closing(caller: Caller, hosting: Hosting, candidate: Candidate) -> list[Step]:
    """Return the steps that close a candidate's room. GitHub deletes a private fork when its owner loses access."""
    full = f"{hosting.owner}/{candidate.room}"
    api = f"repos/{full}"

    def room() -> dict[str, Any]:
        answer: dict[str, Any] | None = caller.ask("api", api)
        if answer is None and not caller.dry_run:
            raise CommandError(f"{full}: repository not found")
        return answer or {}

    def is_over() -> bool:
        return bool(room().get("archived"))

    def withdraw() -> None:
        number = _invitation(caller, api, candidate.login)
        caller.run(["gh", "api", "--method", "DELETE", f"{api}/invitations/{number}"])

    def without_invitation() -> bool:
        return is_over() or (not caller.dry_run and _invitation(caller, api, candidate.login) == 0)

    return [
        Step(
            name="access removed",
            is_done=lambda: is_over() or (not caller.dry_run and not _is_member(caller, api, candidate.login)),
            do=lambda: _ignore_output(
                caller.run(["gh", "api", "--method", "DELETE", f"{api}/collaborators/{candidate.login}"])
            ),
        ),
        Step(name="invitation withdrawn", is_done=without_invitation, do=withdraw),
        Step(
            name="secret deleted",
            is_done=lambda: (
                is_over() or (not caller.dry_run and {"name": SECRET} not in _list(caller, "secret", full, "name"))
            ),
            do=lambda: _ignore_output(caller.run(["gh", "secret", "delete", SECRET, "--repo", full])),
        ),
        Step(
            name="archived",
            is_done=is_over,
            do=lambda: _ignore_output(caller.run(["gh", "api", "--method", "PATCH", api, "-F", "archived=true"])),
        ),
    ]


def _is_member(caller: Caller, api: str, login: str) -> bool:
    return caller.ask("api", f"{api}/collaborators/{login}") is not None


def _invitation(caller: Caller, api: str, login: str) -> int:
    """Return the id of a candidate's open invitation, 0 if there is none."""
    for invitation in caller.ask("api", f"{api}/invitations") or []:
        if str((invitation.get("invitee") or {}).get("login", "")).lower() == login.lower():
            return int(invitation["id"])
    return 0


def _list(caller: Caller, what: str, full: str, columns: str) -> list[dict[str, str]]:
    return caller.ask(what, "list", "--repo", full, "--json", columns) or []


def _holds(found: dict[str, Any] | None, wanted: dict[str, bool]) -> bool:
    return found is not None and all(found.get(key) == value for key, value in wanted.items())


def _ignore_output(_: str) -> None:
    """Ignore a command's output."""
