"""Tests of creating and closing rooms, which can be repeated and resumed after a failure."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grading.cli import main
from tests.rooms.conftest import git

FAKE = Path(__file__).parent / "fake_gh.py"
TOKEN = "t0ken"  # noqa: S105 - not a real token
TWO = "id,login\nada,ada-l\ngrace,ghopper\n"


@dataclass
class Desk:
    """A machine of the hiring team, with a fake `gh` that is logged in."""

    folder: Path

    def room(self, *arguments: str, candidates: str = TWO, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
        """Run `python -m grading room`."""
        (self.folder / "candidates.csv").write_text(candidates)
        path = os.pathsep.join([str(self.folder / "bin"), os.environ["PATH"]])
        command, *rest = arguments
        where = ["room", command, str(self.folder / "candidates.csv"), "--owner", "acme"]
        where += ["--grader", "acme/grader"] if command == "create" else []
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in (("PATH", path), ("FAKE_GH", str(self.folder)), ("GRADER_DISPATCH_TOKEN", token)):
                patch.setenv(name, value)
            status = main([*where, *rest])
        return subprocess.CompletedProcess(where, status, out.getvalue(), err.getvalue())

    @property
    def state(self) -> dict[str, Any]:
        """Return the state of the fake GitHub."""
        return dict(json.loads((self.folder / "state.json").read_text()))

    @property
    def calls(self) -> list[str]:
        """Return the recorded calls of `gh`."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def changes(self) -> list[str]:
        """Return the calls that change something."""
        return [call for call in self.calls if call.split()[1] in ("create", "set", "delete") or "--method" in call]


def new_desk(folder: Path) -> Desk:
    """Return a machine without any room."""
    (folder / "bin").mkdir()
    (folder / "bin" / "gh").write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n')
    (folder / "bin" / "gh").chmod(0o755)
    return Desk(folder)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a machine without any room."""
    return new_desk(tmp_path)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the state of GitHub after a run without failures."""
    desk = new_desk(tmp_path_factory.mktemp("undisturbed"))
    desk.room("create")
    return desk.state


def test_each_candidate_gets_a_room_of_their_own(desk: Desk):
    """Each candidate gets a private repository that they may read and fork, and that can dispatch the grader."""
    done = desk.room("create")

    assert done.returncode == 0, done.stderr
    assert set(desk.state) == {"acme/room-ada", "acme/room-grace"}
    room = desk.state["acme/room-ada"]
    assert room["allow_forking"]
    assert room["variables"] == {"GRADER": "acme/grader"}
    assert room["secrets"] == {"GRADER_DISPATCH_TOKEN": "t0ken"}
    assert [i["invitee"]["login"] for i in room["invitations"]] == ["ada-l"]
    assert room["policy"]["run_workflows_from_fork_pull_requests"] is True
    assert room["policy"]["send_secrets_and_variables"] is room["policy"]["send_write_tokens_to_workflows"] is False
    names = git(Path(room["clone_url"]), "ls-tree", "-r", "--name-only", "main").splitlines()
    assert {"assignment/exercise.py", ".github/workflows/ask.yml", "room.toml", "README.md"} <= set(names)
    assert not [name for name in names if name.startswith(("hidden_tests", "grading", "tests"))]
    assert "t0ken" not in "\n".join(desk.calls) + done.stdout


def test_a_second_run_changes_nothing(desk: Desk):
    """A second run finds that every step is done and changes nothing, also when an invitation was accepted."""
    desk.room("create")
    state = desk.state
    state["acme/room-ada"] |= {"members": ["ada-l"], "invitations": []}
    (desk.folder / "state.json").write_text(json.dumps(state))
    (desk.folder / "calls").unlink()

    done = desk.room("create")

    assert done.stdout.count("nothing to do") == 2
    assert desk.changes() == []
    assert desk.state == state


@pytest.mark.parametrize("number", range(1, 14))
def test_a_run_after_a_failure_completes_the_room(desk: Desk, number: int, undisturbed: dict[str, Any]):
    """If a call fails, the run reports that and creates the other room; the next run completes the first one."""
    (desk.folder / "fail_at").write_text(str(number))
    done = desk.room("create")

    assert done.returncode == 3
    assert "FAILED at" in done.stdout
    assert "HTTP 500" in done.stdout
    assert (
        "[2/2] room-grace: did: repository, content, forking, fork policy, variable, secret, invitation" in done.stdout
    )
    (desk.folder / "fail_at").unlink()

    again = desk.room("create")

    assert again.returncode == 0, again.stdout
    assert "[2/2] room-grace: nothing to do" in again.stdout
    for room, expected in undisturbed.items():
        assert desk.state[room] | {"clone_url": ""} == expected | {"clone_url": ""}


def test_a_dry_run_prints_every_call_and_makes_none(desk: Desk):
    """A dry run makes no call, and prints those that a run would make, in order."""
    dry = desk.room("create", "--dry-run")

    assert dry.returncode == 0
    assert desk.calls == []
    assert "t0ken" not in dry.stdout
    printed = [
        line.partition("  # ")[0].removeprefix("gh ") for line in dry.stdout.splitlines() if line.startswith("gh ")
    ]
    desk.room("create")
    changes = desk.changes()
    assert [line for line in printed if line in changes] == changes


def test_closing_archives_rooms_and_removes_access(desk: Desk):
    """Closing archives each room and removes access and the token; a closed room is not created again."""
    desk.room("create")
    state = desk.state
    state["acme/room-ada"] |= {"members": ["ada-l"], "invitations": []}
    (desk.folder / "state.json").write_text(json.dumps(state))

    done = desk.room("close")

    assert done.returncode == 0, done.stdout + done.stderr
    for room in desk.state.values():
        assert room["archived"]
        assert not room["members"]
        assert not room["invitations"]
        assert not room["secrets"]
    before = desk.state
    assert desk.room("close").stdout.count("nothing to do") == 2
    assert desk.state == before
    assert "is archived" in desk.room("create").stdout


@pytest.mark.parametrize(
    ("candidates", "said"),
    [
        ("", "the first line must be 'id,login'"),
        ("name,login\nada,ada-l\n", "the first line must be 'id,login'"),
        ("id,login\n", "contains no candidate"),
        ("id,login\nAda L,ada-l\n", ":2: id 'Ada L': use only lower-case letters"),
        ("id,login\nada,not a login\n", ":2: login 'not a login'"),
        ("id,login\nada,ada-l\nada,other\n", ":3: id 'ada' is a duplicate"),
        ("id,login,level\nada,ada-l,wizard\n", "level 'wizard' has no rubric"),
    ],
)
def test_an_invalid_list_is_refused_before_any_call(desk: Desk, candidates: str, said: str):
    """An invalid list of candidates is refused with its line and the reason, before any call."""
    done = desk.room("create", candidates=candidates)

    assert done.returncode == 2
    assert said in done.stderr
    assert desk.calls == []


def test_no_room_is_created_without_a_token(desk: Desk):
    """A room is not created without a token, because it could not dispatch the grader."""
    done = desk.room("create", token="")

    assert done.returncode == 2
    assert "GRADER_DISPATCH_TOKEN is not set" in done.stderr
    assert desk.calls == []
