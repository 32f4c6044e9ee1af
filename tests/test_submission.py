"""Reading a submission: the candidate's own files alone, within limits, with one clear line where that fails."""

import os
import subprocess
from pathlib import Path

import pytest

from grading.content import Assignment
from grading.errors import UsageError
from grading.history import read_history
from grading.publish import publish
from grading.submission import MAX_FILE_BYTES, read_answers, read_submission
from tests.conftest import REFERENCE, ROOT


def fork(folder: Path) -> Path:
    """Make a folder that holds assignment/ with the reference."""
    (folder / "assignment").mkdir(parents=True)
    (folder / "assignment" / "exercise.py").write_bytes(REFERENCE.read_bytes())
    return folder


def test_a_checkout_its_assignment_folder_and_a_lone_file_are_the_same_submission(
    tmp_path: Path, assignment: Assignment
):
    """Three ways to point at it."""
    root = fork(tmp_path / "fork")
    paths = (root, root / "assignment", root / "assignment" / "exercise.py")

    assert len({read_submission(path, assignment).code.files["assignment/exercise.py"] for path in paths}) == 1


def test_given_files_come_from_the_trusted_copy(tmp_path: Path, assignment: Assignment):
    """An edited model.py is not used, and is flagged."""
    root = fork(tmp_path / "fork")
    (root / "assignment" / "model.py").write_text("raise SystemExit", encoding="utf-8")

    read = read_submission(root, assignment)

    assert read.code.files["assignment/model.py"] == (ROOT / "assignment" / "model.py").read_bytes()
    assert [flag.id for flag in read.submission.flags].count("given-file-edited") == 1


def make_directory(path: Path) -> None:
    """A folder named exercise.py."""
    path.mkdir()


def make_link(path: Path) -> None:
    """A link to a file outside."""
    path.symlink_to(REFERENCE)


def make_large(path: Path) -> None:
    """A file over the limit."""
    path.write_bytes(b"#" * (MAX_FILE_BYTES + 1))


@pytest.mark.parametrize("make", [make_directory, make_link, make_large, os.mkfifo])
def test_what_is_no_small_regular_file_is_refused(make, tmp_path: Path, assignment: Assignment):
    """Folders, links, pipes and giants: one line that names the file, and no waiting."""
    (tmp_path / "assignment").mkdir()
    make(tmp_path / "assignment" / "exercise.py")

    with pytest.raises(UsageError, match=r"exercise\.py"):
        read_submission(tmp_path, assignment)


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, assignment: Assignment):
    """Else a submission could name somebody else's."""
    other = fork(tmp_path / "other")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "assignment").symlink_to(other / "assignment")

    with pytest.raises(UsageError, match="link"):
        read_submission(tmp_path / "mine", assignment)


@pytest.mark.parametrize("path", ["nowhere", "nul\0byte", "."])
def test_no_submission_at_all_is_refused(path: str, tmp_path: Path, assignment: Assignment):
    """The error says what to give."""
    with pytest.raises(UsageError, match="give"):
        read_submission(tmp_path / path, assignment)


def test_answers_are_what_stands_beyond_the_template():
    """Questions and prompts are not answers."""
    template = "# Discussion\n\n## 1. One\n\n> Why?\n\n_Your answer:_\n\n## 2. Two\n\n_Your answer:_\n"
    text = template.replace("_Your answer:_\n\n## 2", "_Your answer:_\n\nBecause.\nReally.\n\n## 2")

    answers = read_answers(text, template)

    assert [(answer.number, answer.text) for answer in answers] == [(1, "Because.\nReally."), (2, "")]


def test_flags_are_told_with_their_line(tmp_path: Path, assignment: Assignment):
    """Numbers, accuracy, and imports that the exercise does not allow."""
    path = tmp_path / "exercise.py"
    path.write_text(
        "import pandas\nfrom sklearn.metrics import accuracy_score\n\n\n"
        "def make_loss(train_labels):\n    return 4.0 * accuracy_score\n",
        encoding="utf-8",
    )

    flags = {(flag.id, flag.line) for flag in read_submission(path, assignment).submission.flags}

    assert flags == {("import-outside-allowed", 1), ("hardcoded-number", 6), ("accuracy-used", 6)}


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody, in a folder."""
    who = ["-c", "user.name=C", "-c", "user.email=c@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_history_tells_commits_minutes_and_files(tmp_path: Path, assignment: Assignment):
    """The first commit is the handout; what follows is the candidate's."""
    root = fork(tmp_path / "fork")
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Handout", "--date", "2026-01-01T10:00:00Z")
    (root / "assignment" / "exercise.py").write_text("# 1\n", encoding="utf-8")
    git(root, "commit", "-qam", "Loss")
    (root / "setup.cfg").write_text("[x]\n", encoding="utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "More @team fixes #1")

    submission = read_submission(root, assignment).submission

    assert [commit.subject for commit in submission.history.commits] == ["Loss", "More @team fixes #1"]
    assert submission.history.outside == ["setup.cfg"]
    assert submission.commit is not None
    assert len(submission.commit) == 40


def test_a_fork_that_grades_itself_tells_its_owners_commits_from_those_it_came_with(
    tmp_path: Path, assignment: Assignment
):
    """In the open flow the checkout is grader and submission in one."""
    root = fork(tmp_path / "fork")
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    for number in range(3):
        git(root, "commit", "-q", "--allow-empty", "-m", f"Upstream {number}", "--author", "Us <us@example.org>")
    git(root, "commit", "-q", "--allow-empty", "-m", "Mine")

    history, _ = read_history(root, assignment.manifest, trusted=root)

    assert [commit.subject for commit in history.commits] == ["Mine"]


def test_a_repository_cannot_make_git_run_its_programs(tmp_path: Path, assignment: Assignment):
    """Git reads a stranger's repository inside the sandbox, and leaves nothing behind."""
    root = fork(tmp_path / "fork")
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Handout")
    witness = tmp_path / "witness"
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "gpg.program", "diff.external"):
        git(root, "config", key, f"touch {witness}")
    git(root, "config", "log.showSignature", "true")

    submission = read_submission(root, assignment).submission

    assert submission.commit is not None
    assert not witness.exists()


@pytest.mark.parametrize("level", ["mid", "researcher"])
def test_a_fork_of_a_room_is_not_taken_for_edited(level: str, tmp_path: Path, assignment: Assignment):
    """Its handout differs from the grader's own by level and flow; what somebody changed is still told."""
    publish(assignment, level, tmp_path / "room")
    told = [flag.detail for flag in read_submission(tmp_path / "room", assignment).submission.flags]
    assert not [detail for detail in told if "edited" in detail]
    (tmp_path / "room" / "noxfile.py").write_text("# mine\n")

    flags = read_submission(tmp_path / "room", assignment).submission.flags

    assert [flag.detail.split()[0] for flag in flags if flag.id == "given-file-edited"] == ["noxfile.py"]
