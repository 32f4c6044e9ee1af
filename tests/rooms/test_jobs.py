"""The jobs between a push and its grade, called one by one against a GitHub of our own."""

import datetime
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grading.content.load import Assignment
from grading.errors import UsageError
from grading.rooms.answer import AGAIN, answer_failure, answer_problem
from grading.rooms.fetch import Fetched, fetch
from grading.rooms.github import Asked, GitHub, GitHubError
from grading.rooms.sweep import ungraded
from grading.submission.records import Origin
from tests.rooms.conftest import OWNER, ROOM, SOURCE, World, git

ALL = f"repositories={ROOM};contents=write;pull-requests=write;statuses=write"
NOW = datetime.datetime.now(datetime.UTC)


def github(world: World, token: str = ALL) -> GitHub:
    """Return an impatient client."""
    return GitHub(token, world.hub.url, backoff=0.001)


def asked(sha: str) -> Asked:
    """Return a request for a commit of the one pull request."""
    return Asked(owner=OWNER, room=ROOM, pull_request=1, sha=sha)


def fetched(world: World, assignment: Assignment, sha: str) -> Fetched:
    """Fetch a commit into `out`."""
    return fetch(github(world), asked(sha), assignment, world.folder / "out")


def test_what_is_fetched_is_bytes_for_bytes_what_was_pushed(world: World, assignment: Assignment):
    """With the process beside it: commits with their minutes, and which other files were touched."""
    world.push({SOURCE: "first\r\n"}, "begin\n\nbody")
    sha = world.push({SOURCE: "x = 1\r\n", "notes.txt": "mine"}, "second | <b>")

    found = fetched(world, assignment, sha)

    out = world.folder / "out"
    assert found == Fetched(current=True, level="mid")
    assert (out / "submission" / SOURCE).read_bytes() == b"x = 1\r\n"
    assert not (out / "submission" / "notes.txt").exists()
    origin = msgspec.json.decode((out / "origin.json").read_bytes(), type=Origin)
    assert (origin.name, origin.commit) == (ROOM, sha)
    assert [commit.subject for commit in origin.history.commits] == ["begin", "second | <b>"]
    assert origin.history.outside == ["notes.txt"]
    assert world.status(sha).startswith("pending")


def replace_by_folder(root: Path) -> None:
    """A folder of that name."""
    (root / SOURCE).unlink()
    (root / SOURCE).mkdir()
    (root / SOURCE / "x").write_text("")


def replace_by_link(root: Path) -> None:
    """A link to a file that only the grader has."""
    (root / SOURCE).unlink()
    (root / SOURCE).symlink_to("../hidden_tests/reference/exercise.py")


def replace_folder_by_link(root: Path) -> None:
    """A link in place of the folder around it."""
    git(root, "mv", "assignment", "elsewhere")
    (root / "assignment").symlink_to("elsewhere")


def replace_by_submodule(root: Path) -> None:
    """Another repository of that name."""
    git(root, "rm", "--quiet", SOURCE)
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD')},{SOURCE}")


def remove(root: Path) -> None:
    """Nothing of that name."""
    (root / SOURCE).unlink()


def inflate(root: Path) -> None:
    """More than anybody would write."""
    (root / SOURCE).write_bytes(os.urandom(300 * 1024))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (replace_by_folder, "is not a regular file"),
        (replace_by_link, "is not a regular file"),
        (replace_folder_by_link, "assignment is not a folder"),
        (replace_by_submodule, "is not a regular file"),
        (remove, "is not there"),
        (inflate, "is larger than 128 KiB, the most that is read"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_no_regular_file_is_the_candidates_to_mend(
    world: World, assignment: Assignment, spoil: Callable[[Path], None], said: str
):
    """Nothing is copied, nothing run, and the status says what is wrong."""
    spoil(world.candidate)
    if spoil is replace_by_submodule:
        git(world.candidate, "commit", "--quiet", "--message", "spoiled")
        git(world.candidate, "push", "--quiet", "origin", "main")
        sha = world.hub.head
    else:
        sha = world.push({})

    found = fetched(world, assignment, sha)

    assert found.problem == f"{SOURCE}: {said}"
    assert not (world.folder / "out" / "submission" / SOURCE).exists()
    answer_problem(github(world), asked(sha), found.problem)
    assert world.status(sha) == f"failure: {SOURCE}: {said}"


def test_what_is_no_head_or_not_open_is_not_fetched(world: World, assignment: Assignment):
    """Nor answered: somebody who stole the token that asks can have nothing graded but what a candidate hands in."""
    old = world.hub.head
    new = world.push({SOURCE: "x = 1"})
    assert not fetched(world, assignment, old).current
    assert not fetched(world, assignment, "0" * 40).current
    world.hub.state = "closed"
    assert not fetched(world, assignment, new).current
    assert not world.hub.statuses
    assert not (world.folder / "out").exists()


@pytest.mark.parametrize(
    "change",
    [
        {"room": "grader"},
        {"room": "room-a,room-b"},
        {"room": "room-../x"},
        {"sha": "main"},
        {"owner": "a/b"},
        {"sha": "A" * 40},
    ],
)
def test_a_request_for_anything_but_a_room_is_refused(change: dict[str, str]):
    """Before any call."""
    with pytest.raises(UsageError, match="is not of the form"):
        Asked(**{"owner": OWNER, "room": ROOM, "sha": "a" * 40, **change}, pull_request=1)


def test_a_comment_with_our_mark_that_is_not_ours_is_left_alone(world: World):
    """A candidate can write the mark; ours is made beside theirs."""
    world.hub.comments.append({"id": 1, "user": {"type": "User"}, "body": "<!-- take-home-grade -->\n100 of 100"})
    sha = world.push({SOURCE: "x = 1"})

    answer_problem(github(world), asked(sha), "a problem")

    assert [comment["user"]["type"] for comment in world.hub.comments] == ["User", "Bot"]
    assert world.hub.comments[0]["body"].endswith("100 of 100")


def test_a_refusal_that_lasts_is_told_with_what_github_said(world: World):
    """Not retried for ever, and no traceback."""
    with pytest.raises(GitHubError, match=r"POST .*/statuses/.*: 403 token 'contents=read' does not allow"):
        answer_problem(github(world, "contents=read"), asked("a" * 40), "a problem")


def test_the_sweep_asks_for_what_has_no_grade(world: World):
    """For a head without a status, one that is pending for long, or one the grader failed on; three times at most."""

    def found(now: datetime.datetime = NOW) -> list[str]:
        return [asked.sha for asked in ungraded(github(world), OWNER, now)]

    sha = world.push({SOURCE: "x = 1"})
    assert found() == [sha]
    world.hub._set_status(sha, body={"context": "grade", "state": "pending", "description": ""})
    assert found() == []
    assert found(NOW + datetime.timedelta(hours=1)) == [sha]
    said = []
    for _ in range(3):
        said.append(answer_failure(github(world), asked(sha)))
        assert found() == ([sha] if said[-1] == AGAIN else [])
    assert said[:2] == [AGAIN, AGAIN]
    assert "by hand" in said[2]
    answer_problem(github(world), asked(sha), "a problem")
    assert found() == []
