"""Fixtures with a grader, a room and a candidate's fork as real git repositories, and act to run their workflows."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.handout.publish import publish
from tests.conftest import REFERENCE, ROOT
from tests.rooms.fake_github import FakeGitHub

STUBS = Path(__file__).parent / "stubs"
USES = re.compile(r"uses: (actions/([\w-]+)@[0-9a-f]{40})")
OWNER, ROOM = "acme", "room-ada"
SOURCE = "assignment/exercise.py"


def git(folder: Path, *arguments: str) -> str:
    """Run git with the identity of a candidate and return its output."""
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class World:
    """A room with a pull request: the repositories, the fake GitHub and the grader."""

    folder: Path
    grader: Path
    stubs: dict[str, Path]
    hub: FakeGitHub
    printed: list[str] = field(default_factory=list)  # the output of the workflows that the candidate can see

    @property
    def candidate(self) -> Path:
        """Return the candidate's clone."""
        return self.folder / "candidate"

    def push(self, files: dict[str, str], message: str = "work") -> str:
        """Commit and push files as the candidate, and return the commit."""
        for name, text in files.items():
            path = self.candidate / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        git(self.candidate, "add", "--all")
        git(self.candidate, "commit", "--message", message)
        git(self.candidate, "push", "--quiet", "--force", "origin", "main")
        return self.hub.head

    def ask(self) -> subprocess.CompletedProcess[str]:
        """Run the room's ask.yml, as GitHub does on a push, from the room's default branch."""
        event = {
            "action": "synchronize",
            "number": 1,
            "pull_request": {"number": 1, "head": {"sha": self.hub.head, "ref": "main"}, "base": {"ref": "main"}},
            "repository": {"name": ROOM, "full_name": f"{OWNER}/{ROOM}", "fork": False, "default_branch": "main"},
        }
        (self.folder / "event.json").write_text(json.dumps(event))
        room = self.folder / "room"
        if not room.exists():
            git(self.folder, "clone", "--quiet", str(self.hub.upstream), "room")
            git(room, "remote", "set-url", "origin", f"https://github.com/{OWNER}/{ROOM}.git")
        arguments = ["pull_request_target", "-e", str(self.folder / "event.json"), "-W", ".github/workflows/ask.yml"]
        arguments += ["-s", "GRADER_DISPATCH_TOKEN=actions=write", "--var", f"GRADER={OWNER}/grader"]
        done = self._act(room, arguments)
        self.printed.append(done.stdout + done.stderr)
        return done

    def grade(self, inputs: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run the grader's grade.yml, by default with the inputs of the last dispatch."""
        inputs = self.hub.dispatches[-1]["inputs"] if inputs is None else inputs
        shutil.rmtree(self.folder / "artifacts", ignore_errors=True)
        arguments = ["workflow_dispatch", "-W", ".github/workflows/grade.yml"]
        for name, value in inputs.items():
            arguments += ["--input", f"{name}={value}"]
        return self._act(self.grader, [*arguments, *self._app()])

    def show(self) -> subprocess.CompletedProcess[str]:
        """Run the fork's visible.yml, as on a push."""
        event = {"repository": {"name": ROOM, "full_name": f"ada/{ROOM}", "fork": True, "default_branch": "main"}}
        (self.folder / "push.json").write_text(json.dumps(event))
        arguments = ["push", "-e", str(self.folder / "push.json"), "-W", ".github/workflows/visible.yml"]
        done = self._act(self.candidate, arguments)
        self.printed.append(done.stdout + done.stderr)
        return done

    def sweep(self) -> subprocess.CompletedProcess[str]:
        """Run the grader's sweep.yml."""
        token = ["-s", "GITHUB_TOKEN=actions=write"]
        return self._act(self.grader, ["schedule", "-W", ".github/workflows/sweep.yml", *self._app(), *token])

    def status(self, sha: str) -> str:
        """Return the state and the description of a commit's status."""
        last = next((s for s in reversed(self.hub.statuses) if s["sha"] == sha), None)
        return f"{last['state']}: {last['description']}" if last else "none"

    def seen(self) -> str:
        """Return all output, comments and statuses that the candidate can read."""
        comments = [comment["body"] for comment in self.hub.comments]
        return "\n".join([*self.printed, *comments, *(status["description"] for status in self.hub.statuses)])

    def _app(self) -> list[str]:
        variables = {"APP_CLIENT_ID": "Iv23example", "ROOMS_OWNER": OWNER}
        arguments = ["-s", "APP_PRIVATE_KEY=PRIVATE KEY of nobody"]
        return arguments + [part for name, value in variables.items() for part in ("--var", f"{name}={value}")]

    def _act(self, folder: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return act(folder, arguments, self.folder, self.stubs, GITHUB_API_URL=self.hub.url)


def act(
    folder: Path, arguments: list[str], scratch: Path, stubs: dict[str, Path], **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run workflows of a repository under act, with stubs for the actions; artifacts go to `scratch/artifacts`."""
    home, programs = scratch / "home", scratch / "programs"
    home.mkdir(exist_ok=True)
    programs.mkdir(exist_ok=True)
    stand_ins = {
        "sudo": "exit 0",  # sets a kernel option, which only GitHub's image needs
        # nox is installed, and pip needs 3 s of CPU time to find that out; test_workflows.py compares the version.
        "python": f'[ "$1 $2 $3" = "-m pip install" ] || exec {shlex.quote(sys.executable)} "$@"',
    }
    for name, script in stand_ins.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    bin_ = Path(sys.executable).parent
    environments = os.environ.get("TAKE_HOME_ENVIRONMENTS") or str(ROOT / ".nox")
    environment = {"ARTIFACTS": f"{scratch}/artifacts", "TAKE_HOME_ENVIRONMENTS": environments, **environment}
    command = [str(bin_ / "act"), *arguments, "-P", "ubuntu-24.04=-self-hosted"]
    for name, value in environment.items():
        command += ["--env", f"{name}={value}"]
    for action, stub in stubs.items():
        command += ["--local-repository", f"{action}={stub}"]
    kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    path = os.pathsep.join([str(programs), str(bin_), os.environ["PATH"]])
    return subprocess.run(
        command,
        cwd=folder,
        env={**kept, "PATH": path, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="session")
def stubs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write a stub for each pinned action, each in a repository of its own, as act requires."""
    folder = tmp_path_factory.mktemp("stubs")
    shutil.copytree(STUBS, folder, dirs_exist_ok=True)
    for stub in folder.iterdir():
        git(stub, "init", "--quiet")
        git(stub, "add", "--all")
        git(stub, "commit", "--quiet", "--message", "stub")
    texts = [path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml")]
    return {action: folder / name for text in texts for action, name in USES.findall(text)}


@pytest.fixture(scope="session")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy this checkout into a repository of its own, without cache-mode, which act does not support."""
    folder = tmp_path_factory.mktemp("grader")
    names = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in names:
        if not name.startswith("tests/") and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    workflow = folder / ".github" / "workflows" / "grade.yml"
    workflow.write_text(re.sub(r"\n *cache-mode: none", "", workflow.read_text()))
    # One of the pushes loops forever, so the time limit is shorter.
    manifest = folder / "hidden_tests" / "assignment.toml"
    manifest.write_text(re.sub(r"call_cpu_seconds = .*", "call_cpu_seconds = 6", manifest.read_text()))
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "grader")
    git(folder, "remote", "add", "origin", f"https://github.com/{OWNER}/grader.git")
    return folder


@pytest.fixture
def world(tmp_path: Path, grader: Path, stubs: dict[str, Path], assignment: Assignment) -> Iterator[World]:
    """Create a room for the candidate Ada, and her fork of it."""
    published = tmp_path / "published"
    publish(assignment, "mid", published)
    git(published, "init", "--quiet")
    git(published, "add", "--all")
    git(published, "commit", "--quiet", "--message", "The assignment")
    git(tmp_path, "clone", "--quiet", "--bare", str(published), "upstream.git")
    git(tmp_path, "clone", "--quiet", "--bare", "upstream.git", "fork.git")
    git(tmp_path, "clone", "--quiet", "fork.git", "candidate")
    with FakeGitHub(OWNER, ROOM, tmp_path / "upstream.git", tmp_path / "fork.git") as hub:
        yield World(tmp_path, grader, stubs, hub)


@pytest.fixture(scope="session")
def finished() -> str:
    """Return a correct exercise.py."""
    return REFERENCE.read_text(encoding="utf-8")
