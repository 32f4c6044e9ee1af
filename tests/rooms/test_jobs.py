"""Tests of the jobs between a push and its grade, called one by one against a fake GitHub."""

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
from grading.rooms.github import GitHub, GitHubError, GradingRequest
from grading.rooms.sweep import ungraded
from grading.submission.records import Origin
from tests.rooms.conftest import OWNER, ROOM, SOURCE, World, git

ALL = f"repositories={ROOM};contents=write;pull-requests=write;statuses=write"
NOW = datetime.datetime.now(datetime.UTC)


def github(world: World, token: str = ALL) -> GitHub:
    """Return a client that retries without waiting."""
    return GitHub(token, world.hub.url, backoff=0.001)


def asked(sha: str) -> GradingRequest:
    """Return a request for a commit of pull request 1."""
    return GradingRequest(owner=OWNER, room=ROOM, pull_request=1, sha=sha)


def fetched(world: World, assignment: Assignment, sha: str) -> Fetched:
    """Fetch a commit into the folder `out`."""
    return fetch(github(world), asked(sha), assignment, world.folder / "out")


def test_a_pushed_source_is_fetched_byte_for_byte(world: World, assignment: Assignment):
    """The submission is fetched byte for byte, with its commits and the names of other changed files."""
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
    """Replace the source by a folder."""
    (root / SOURCE).unlink()
    (root / SOURCE).mkdir()
    (root / SOURCE / "x").write_text("")


def replace_by_link(root: Path) -> None:
    """Replace the source by a link to a file that only the grader has."""
    (root / SOURCE).unlink()
    (root / SOURCE).symlink_to("../hidden_tests/reference/exercise.py")


def replace_folder_by_link(root: Path) -> None:
    """Replace the folder of the source by a link."""
    git(root, "mv", "assignment", "elsewhere")
    (root / "assignment").symlink_to("elsewhere")


def replace_by_submodule(root: Path) -> None:
    """Replace the source by a submodule."""
    git(root, "rm", "--quiet", SOURCE)
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD')},{SOURCE}")


def remove(root: Path) -> None:
    """Remove the source."""
    (root / SOURCE).unlink()


def inflate(root: Path) -> None:
    """Replace the source by a file over the size limit."""
    (root / SOURCE).write_bytes(os.urandom(300 * 1024))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (replace_by_folder, "is not a regular file"),
        (replace_by_link, "is not a regular file"),
        (replace_folder_by_link, "assignment is not a folder"),
        (replace_by_submodule, "is not a regular file"),
        (remove, "not found"),
        (inflate, "is larger than 128 KiB, the size limit"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_source_that_is_no_regular_file_is_reported_to_the_candidate(
    world: World, assignment: Assignment, spoil: Callable[[Path], None], said: str
):
    """A source that is not a regular file is not copied or run, and the status says what is wrong."""
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


def test_only_the_head_of_an_open_pull_request_is_fetched(world: World, assignment: Assignment):
    """A commit that is not the head of an open pull request is neither fetched nor answered.

    A stolen dispatch token can therefore only start the grading of what a candidate has submitted.
    """
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
    """A request whose owner, room or commit is malformed is refused before any call."""
    with pytest.raises(UsageError, match="does not match"):
        GradingRequest(**{"owner": OWNER, "room": ROOM, "sha": "a" * 40, **change}, pull_request=1)


def test_a_comment_of_a_user_with_the_graders_mark_is_not_edited(world: World):
    """A comment by a user that contains the grader's mark is not edited; the grader adds its own comment."""
    world.hub.comments.append({"id": 1, "user": {"type": "User"}, "body": "<!-- take-home-grade -->\n100 of 100"})
    sha = world.push({SOURCE: "x = 1"})

    answer_problem(github(world), asked(sha), "a problem")

    assert [comment["user"]["type"] for comment in world.hub.comments] == ["User", "Bot"]
    assert world.hub.comments[0]["body"].endswith("100 of 100")


def test_a_permanent_refusal_raises_an_error_with_githubs_message(world: World):
    """A permanent error of GitHub raises an error with GitHub's message and is not retried forever."""
    with pytest.raises(GitHubError, match=r"POST .*/statuses/.*: 403 token 'contents=read' does not allow"):
        answer_problem(github(world, "contents=read"), asked("a" * 40), "a problem")


def test_the_sweep_finds_commits_without_a_grade(world: World):
    """The sweep finds heads without a status, with an old pending status, or failed by the grader up to twice."""

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
