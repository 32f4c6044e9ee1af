"""Tests from a push to the answer, through the real workflows: what the candidate reads, and what stays hidden."""

import re
from collections.abc import Iterator

import pytest

from grading.content.load import Assignment
from tests.compose import compose
from tests.rooms.conftest import ROOM, SOURCE, World, git

LAST_BATCH = """
def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    for features, targets in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(features), targets)
        loss.backward()
        optimizer.step()
    print("::error::printed by a candidate")
    return loss.item()
"""
ENDLESS = """
def evaluate(model, loader, threshold=0.5):
    while True:
        pass
"""


@pytest.fixture(autouse=True)
def nothing_hidden_is_shown(world: World, assignment: Assignment) -> Iterator[None]:
    """Check after each test that the candidate could read no name of a hidden test, path of the grader or seed."""
    yield
    seen = world.seen()
    tests = {test for criterion in assignment.rubric("mid").criterion for test in criterion.tests}
    assert not {test for test in tests if test in seen}
    for secret in ("hidden_tests", str(world.grader), "/grader/", "seed", "PRIVATE KEY", "Traceback"):
        assert secret not in seen


def test_a_correct_solution_gets_all_points(world: World, finished: str):
    """A correct solution gets a status and one comment; the next push edits the comment."""
    sha = world.push({SOURCE: finished})
    asked = world.ask()
    assert asked.returncode == 0, asked.stdout
    assert world.hub.dispatches[-1]["inputs"] == {"room": ROOM, "pull_request": "1", "sha": sha}

    done = world.grade()

    assert done.returncode == 0, done.stdout
    assert [s["state"] for s in world.hub.statuses] == ["pending", "success"]
    assert world.status(sha) == "success: 85 / 85, pass"
    assert [comment["body"].count("85 of 85 automatic points") for comment in world.hub.comments] == [1]
    assert "TODO 1: Weighted Loss" in done.stdout, "the reviewer's summary is the run's"
    assert (world.folder / "artifacts" / "grade" / "summary.md").is_file()

    second = world.push({SOURCE: compose(LAST_BATCH)})
    world.ask()
    done = world.grade()

    assert world.status(second) == "success: 80 / 85, pass"
    (comment,) = world.hub.comments
    assert "80 of 85 automatic points" in comment["body"]
    assert "For an epoch in which every batch has a loss of 0.7" in comment["body"]
    assert second[:10] in comment["body"]
    assert "printed by a candidate" not in done.stdout


def test_an_endless_loop_fails_only_its_criterion(world: World):
    """An endless loop costs the points of its criterion only, and the candidate gets an answer."""
    sha = world.push({SOURCE: compose(ENDLESS)})
    world.ask()

    world.grade()

    assert world.status(sha) == "success: 60 / 85, needs review"
    assert "Evaluation: 0 of 25" in world.hub.comments[0]["body"]


def test_changes_to_other_files_are_ignored(world: World):
    """Other files that a pull request changes are not used, and the reviewer sees which ones changed."""
    files = {
        SOURCE: compose(LAST_BATCH),
        ".github/workflows/ask.yml": "on: pull_request_target\njobs: {a: {runs-on: x, steps: [{run: echo $TOKEN}]}}\n",
        ".github/workflows/visible.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n",
        "conftest.py": "raise SystemExit('conftest')\n",
        "assignment/conftest.py": "raise SystemExit('conftest')\n",
        "assignment/data.py": "raise SystemExit('data')\n",
        "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--collect-only'\n",
        "room.toml": 'level = "researcher"\n',
        "torch.py": "raise SystemExit('torch')\n",
        "assignment/torch.py": "raise SystemExit('torch')\n",
        "origin.json": "{}",
    }
    sha = world.push(files)
    asked = world.ask()
    assert asked.returncode == 0, asked.stdout

    done = world.grade()

    assert world.status(sha) == "success: 80 / 85, pass"
    fetched = sorted(
        p.name for p in (world.folder / "artifacts" / "submission" / "submission").rglob("*") if p.is_file()
    )
    assert fetched == ["DISCUSSION.md", "exercise.py", "followups.py"]
    assert "conftest" in done.stdout, "among the files that the reviewer is told of"


def test_an_outdated_push_is_not_graded(world: World, finished: str):
    """An outdated request is ignored without a status or comment, and the newer push is graded."""
    first = world.push({SOURCE: compose(LAST_BATCH)})
    world.ask()
    late = world.hub.dispatches[-1]["inputs"]
    second = world.push({SOURCE: finished}, "better")
    world.ask()

    done = world.grade(late)
    assert done.returncode == 0, done.stdout
    assert world.status(first) == "none"
    assert not world.hub.comments

    world.grade()
    assert world.status(second) == "success: 85 / 85, pass"


def test_a_push_during_grading_gets_the_comment(world: World, finished: str):
    """The graded commit gets its status, and only the grade of the newest commit is posted as a comment."""
    first = world.push({SOURCE: compose(LAST_BATCH)})
    world.ask()
    pushed: list[str] = []

    def push_once(method: str, path: str) -> None:
        if method == "GET" and "/git/blobs/" in path and not pushed:
            pushed.append(world.push({SOURCE: finished}, "better"))

    world.hub.after = push_once
    world.grade()

    assert world.status(first) == "success: 80 / 85, pass"
    assert not world.hub.comments
    world.ask()
    world.grade()
    assert world.status(pushed[0]) == "success: 85 / 85, pass"
    assert len(world.hub.comments) == 1


def test_temporary_errors_of_github_are_retried(world: World, finished: str):
    """Statuses 403, 429 and 500 are retried, and a comment is made once even if GitHub reported an error for it."""
    sha = world.push({SOURCE: finished})
    world.hub.troubles = [403, 429, 500]
    asked = world.ask()
    assert asked.returncode == 0, asked.stdout
    assert len(world.hub.dispatches) == 1
    world.hub.troubles = [403, 429, 500]
    world.hub.lies_once = True

    done = world.grade()

    assert done.returncode == 0, done.stdout
    assert world.status(sha) == "success: 85 / 85, pass"
    assert len(world.hub.comments) == 1
    assert [status for *_, status in world.hub.calls].count(429) == 2


def test_the_visible_tests_mark_the_candidates_lines(world: World):
    """Visible tests mark lines of the candidate's code, and its output is not interpreted as workflow commands."""
    world.push({SOURCE: compose(LAST_BATCH.replace("optimizer.step()", "pass"))})

    done = world.show()

    assert done.returncode != 0
    line = (
        (world.candidate / SOURCE).read_text().splitlines().index("def train_epoch(model, loader, loss_fn, optimizer):")
    )
    marked = re.findall(r"::error file=assignment/exercise.py,line=(\d+)::", done.stdout)
    assert marked == [str(line + 1)] * 2, done.stdout
    stopped = done.stdout.index("::stop-commands::")
    assert stopped < done.stdout.index("printed by a candidate") < done.stdout.index("file=assignment/exercise.py")


def test_a_missing_file_is_named_and_not_run(world: World):
    """A missing file is named in the status; a link in its place counts as missing."""
    (world.candidate / SOURCE).unlink()
    (world.candidate / SOURCE).symlink_to("/etc/passwd")
    sha = world.push({"README.md": "mine"})
    world.ask()

    world.grade()

    assert world.status(sha) == f"failure: {SOURCE}: is not a regular file"
    assert "Nothing to grade" in world.hub.comments[0]["body"]


def test_a_failing_grader_is_not_the_candidates_score(world: World, finished: str):
    """A failure of the grader is reported as an error, not as a score, and the sweep dispatches the commit again."""
    sha = world.push({SOURCE: finished})
    world.ask()
    # A room whose level has no rubric is a mistake of the hiring team.
    broken = world.folder / "broken"
    git(world.folder, "clone", "--quiet", str(world.hub.upstream), "broken")
    (broken / "room.toml").write_text('level = "wizard"\n')
    git(broken, "commit", "--quiet", "--all", "--message", "oops")
    git(broken, "push", "--quiet", "origin", "main")

    done = world.grade()
    assert done.returncode != 0
    assert "level 'wizard' has no rubric" in re.sub(r"\s+", " ", done.stdout)
    assert world.status(sha).startswith("error: The grader failed: this is not your score.")
    assert not world.hub.comments

    (broken / "room.toml").write_text('level = "mid"\n')
    git(broken, "commit", "--quiet", "--all", "--message", "mended")
    git(broken, "push", "--quiet", "origin", "main")
    world.hub.dispatches.clear()
    world.hub.queued = [f"{ROOM} pull request 1 at {sha}"]
    world.sweep()
    assert not world.hub.dispatches, "what waits already is left where it is in the queue"
    world.hub.queued = []
    swept = world.sweep()
    assert swept.returncode == 0, swept.stdout
    assert [d["inputs"]["sha"] for d in world.hub.dispatches] == [sha]

    world.grade()
    assert world.status(sha) == "success: 85 / 85, pass"
    world.hub.dispatches.clear()
    world.sweep()
    assert not world.hub.dispatches
