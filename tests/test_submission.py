"""Tests of reading a submission: only the candidate's own files, within limits, with a one-line error on failure."""

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from grading.content.load import Assignment
from grading.content.records import NotedName
from grading.errors import UsageError
from grading.handout.publish import publish
from grading.submission.history import read_history
from grading.submission.read import MAX_FILE_BYTES, read_answers, read_submission
from tests.conftest import REFERENCE, ROOT, Grade


def fork(folder: Path) -> Path:
    """Write a folder that contains assignment/ with the reference."""
    (folder / "assignment").mkdir(parents=True)
    (folder / "assignment" / "exercise.py").write_bytes(REFERENCE.read_bytes())
    return folder


def test_an_answer_may_begin_on_the_line_of_the_prompt():
    """Text after the prompt of the template belongs to the answer, and the prompt itself does not."""
    template = "## 1. One\n\n_Your answer:_\n"

    (answer,) = read_answers("## 1. One\n\n_Your answer:_ forty-two,\n  I think\n_Your answer:_\n", template)

    assert answer.text == "forty-two,\n  I think"


def test_checkout_folder_and_file_are_the_same_submission(tmp_path: Path, assignment: Assignment):
    """A checkout, its assignment folder and its exercise file are read as the same submission."""
    root = fork(tmp_path / "fork")
    paths = (root, root / "assignment", root / "assignment" / "exercise.py")

    assert len({read_submission(path, assignment).code.files["assignment/exercise.py"] for path in paths}) == 1


def test_given_files_come_from_the_trusted_copy(tmp_path: Path, assignment: Assignment):
    """An edited model.py is flagged, and the trusted copy is used instead."""
    root = fork(tmp_path / "fork")
    (root / "assignment" / "model.py").write_text("raise SystemExit", encoding="utf-8")

    read = read_submission(root, assignment)

    assert read.code.files["assignment/model.py"] == (ROOT / "assignment" / "model.py").read_bytes()
    assert [flag.id for flag in read.record.flags].count("given-file-edited") == 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("ada/exercise.py", "ada"),
        ("ada/assignment/exercise.py", "ada"),
        ("ada.py", "ada"),
    ],
)
def test_a_file_with_the_default_name_is_named_after_its_folder(
    path: str, name: str, assignment: Assignment, tmp_path: Path
):
    """A file with the default name is named after its folder, so that sheets of two candidates are not mixed up."""
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(REFERENCE.read_bytes())

    assert read_submission(tmp_path / path, assignment).record.name == name


def make_directory(path: Path) -> None:
    """Create a folder named exercise.py."""
    path.mkdir()


def make_link(path: Path) -> None:
    """Create a link to a file outside the submission."""
    path.symlink_to(REFERENCE)


def make_large(path: Path) -> None:
    """Create a file over the size limit."""
    path.write_bytes(b"#" * (MAX_FILE_BYTES + 1))


@pytest.mark.parametrize("make", [make_directory, make_link, make_large, os.mkfifo])
def test_a_source_that_is_no_small_regular_file_is_refused(make, tmp_path: Path, assignment: Assignment):
    """A folder, link, pipe or large file in place of the module is refused with its name, without blocking."""
    (tmp_path / "assignment").mkdir()
    make(tmp_path / "assignment" / "exercise.py")

    with pytest.raises(UsageError, match=r"exercise\.py"):
        read_submission(tmp_path, assignment)


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, assignment: Assignment):
    """A link in place of the folder is refused, since it could lead to another candidate's submission."""
    other = fork(tmp_path / "other")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "assignment").symlink_to(other / "assignment")

    with pytest.raises(UsageError, match="link"):
        read_submission(tmp_path / "mine", assignment)


@pytest.mark.parametrize("path", ["nowhere", "nul\0byte", "."])
def test_a_missing_submission_is_refused(path: str, tmp_path: Path, assignment: Assignment):
    """The error for a missing submission says which argument to give."""
    with pytest.raises(UsageError, match="use "):
        read_submission(tmp_path / path, assignment)


def test_answers_exclude_the_template():
    """Only text beyond the template's questions and prompts counts as an answer."""
    template = "# Discussion\n\n## 1. One\n\n> Why?\n\n_Your answer:_\n\n## 2. Two\n\n_Your answer:_\n"
    text = template.replace("_Your answer:_\n\n## 2", "_Your answer:_\n\nBecause.\nReally.\n\n## 2")

    answers = read_answers(text, template)

    assert [(answer.number, answer.text) for answer in answers] == [(1, "Because.\nReally."), (2, "")]


def test_a_repeated_heading_continues_its_answer():
    """Text below a repeated heading is added to the answer; a heading with an unknown number is part of an answer."""
    template = "## 1. One\n\n## 2. Two\n"
    text = "## 1. One\n\nBecause.\n\n## 2. Two\n\n## 7. Aside\n\n## 1. One\n\nReally.\n"

    answers = read_answers(text, template)

    assert [(answer.number, answer.text) for answer in answers] == [(1, "Because.\n\n\nReally."), (2, "## 7. Aside")]


def test_flags_contain_their_lines(tmp_path: Path, assignment: Assignment):
    """Flags for numbers, accuracy and imports that the exercise does not allow contain their lines."""
    path = tmp_path / "exercise.py"
    path.write_text(
        "import pandas\nfrom sklearn.metrics import accuracy_score\n\n\n"
        "def make_loss(train_labels):\n    return 4.0 * accuracy_score\n",
        encoding="utf-8",
    )

    flags = {(flag.id, flag.line) for flag in read_submission(path, assignment).record.flags}

    assert flags == {("import-outside-allowed", 1), ("hardcoded-number", 6), ("accuracy-used", 6)}


def test_the_assignment_decides_what_is_flagged(tmp_path: Path):
    """Noted names come from the assignment, and numbers are flagged only if it lists the plain ones."""
    path = tmp_path / "exercise.py"
    path.write_text("def make_loss(y):\n    return 4.0 * accuracy_score(sorted(y))\n", encoding="utf-8")
    assignment = Assignment(ROOT)
    noted = [NotedName(name="sorted", flag="sorts", detail="sorts: is that needed?")]
    assignment.manifest = msgspec.structs.replace(assignment.manifest, plain_numbers=None, noted_names=noted)

    (flag,) = read_submission(path, assignment).record.flags

    assert (flag.id, flag.severity, flag.detail, flag.line) == ("sorts", "info", "sorts: is that needed?", 2)


def test_many_numbers_hide_no_warning(tmp_path: Path, assignment: Assignment):
    """The limit on flags keeps warnings about attempts to access the grader before other flags."""
    path = tmp_path / "exercise.py"
    numbers = "".join(f"    x = {number}\n" for number in range(3, 60))
    path.write_text(
        f"def make_loss(y):\n{numbers}\n\ndef evaluate(m):\n    return gc.get_objects()\n", encoding="utf-8"
    )

    flags = read_submission(path, assignment).record.flags

    assert "uses get_objects" in [flag.detail for flag in flags]


def test_a_very_long_name_is_shortened(tmp_path: Path, assignment: Assignment):
    """A very long name is shortened in a flag."""
    path = tmp_path / "exercise.py"
    path.write_text(f"import {'a' * 50_000}\n\n\ndef {'b' * 50_000}():\n    return 5\n", encoding="utf-8")

    flags = read_submission(path, assignment).record.flags

    assert sorted(flag.id for flag in flags) == ["hardcoded-number", "import-outside-allowed"]
    assert max(len(flag.detail) for flag in flags) < 200


@pytest.mark.parametrize("encoding", ["punycode", "cp1252"])
def test_a_file_in_another_encoding_is_a_syntax_error(
    encoding: str, tmp_path: Path, assignment: Assignment, grade: Grade
):
    """A source in another encoding is flagged and never run: it could run other code than the reviewer sees."""
    source = f"# coding: {encoding}\n".encode() + REFERENCE.read_bytes()
    (tmp_path / "exercise.py").write_bytes(source)

    submission = read_submission(tmp_path / "exercise.py", assignment).record
    card = grade(source)

    assert submission.source == source.decode()
    assert [(found.criterion, found.mistake.id) for found in card.mistakes] == [("any", "syntax-error")]
    assert f"the encoding {encoding} is not supported; save the file as UTF-8" in card.mistakes[0].detail
    assert [flag.id for flag in card.flags].count("source-encoding") == 1


def test_an_optional_file_in_another_encoding_fails_its_own_criterion(grade: Grade):
    """An optional file in another encoding fails its own criterion, and the main module keeps its points."""
    optional_files = "# coding: punycode\n" + (REFERENCE.parent / "followups.py").read_text(encoding="utf-8")

    card = grade(REFERENCE.read_bytes(), optional_files={"assignment/followups.py": optional_files})

    assert not card.mistakes
    assert {found.mistake.id for found in card.bonus_mistakes} == {"syntax-error"}
    assert [flag.detail.split()[0] for flag in card.flags if flag.id == "source-encoding"] == [
        "assignment/followups.py"
    ]


def test_a_file_over_the_limits_is_flagged(tmp_path: Path, assignment: Assignment):
    """A source over the parser's limits has no other flags than the warning about that."""
    path = tmp_path / "exercise.py"
    path.write_text("import gc\nx = " + "not " * 32_000 + "1\n", encoding="utf-8")

    flags = read_submission(path, assignment).record.flags

    assert [(flag.id, flag.severity) for flag in flags] == [("source-over-limits", "warning")]


def git(folder: Path, *arguments: str) -> None:
    """Run git with a fixed identity in a folder."""
    who = ["-c", "user.name=C", "-c", "user.email=c@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_history_contains_commits_and_files(tmp_path: Path, assignment: Assignment):
    """The history contains the commits after the handout and the other files that they changed."""
    root = fork(tmp_path / "fork")
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Handout", "--date", "2026-01-01T10:00:00Z")
    (root / "assignment" / "exercise.py").write_text("# 1\n", encoding="utf-8")
    git(root, "commit", "-qam", "Loss")
    (root / "setup.cfg").write_text("[x]\n", encoding="utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "More @team fixes #1")

    submission = read_submission(root, assignment).record

    assert [commit.subject for commit in submission.history.commits] == ["Loss", "More @team fixes #1"]
    assert submission.history.outside == ["setup.cfg"]
    assert submission.commit is not None
    assert len(submission.commit) == 40


def test_commits_of_a_forks_owner_are_separated_from_upstream(tmp_path: Path, assignment: Assignment):
    """In the open flow, commits of the fork's owner are separated from those of the upstream repository."""
    root = fork(tmp_path / "fork")
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    for number in range(3):
        git(root, "commit", "-q", "--allow-empty", "-m", f"Upstream {number}", "--author", "Us <us@example.org>")
    git(root, "commit", "-q", "--allow-empty", "-m", "Mine")

    history, _ = read_history(root, assignment.manifest, trusted=root)

    assert [commit.subject for commit in history.commits] == ["Mine"]


def link_to_a_long_name(path: Path) -> None:
    """Create a link to a name that is too long for a file."""
    path.symlink_to("x" * 300)


def link_to_itself(path: Path) -> None:
    """Create a link to itself."""
    path.symlink_to(path.name)


def link_to_a_file(path: Path) -> None:
    """Create a link to a file of the submission."""
    path.symlink_to("assignment/exercise.py")


def link_to_another_repository(path: Path) -> None:
    """Create a link to a repository outside."""
    path.symlink_to(repository(path.parent.parent / "other") / ".git")


def link_to_a_repository_inside(path: Path) -> None:
    """Create a link to a repository inside the submission."""
    path.symlink_to(repository(path.parent / "mine") / ".git")


def file_that_names_another_repository(path: Path) -> None:
    """Write a .git file like that of a worktree, which names another repository."""
    path.write_text(f"gitdir: {repository(path.parent.parent / 'other') / '.git'}\n", encoding="utf-8")


def folder_with_links_to_another_repository(path: Path) -> None:
    """Create a .git folder whose contents are links to another repository."""
    other = repository(path.parent.parent / "other") / ".git"
    path.mkdir()
    for name in ("HEAD", "objects", "refs", "config"):
        (path / name).symlink_to(other / name)


def repository(folder: Path) -> Path:
    """Create a repository with one commit."""
    folder.mkdir()
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "Secret")
    return folder


@pytest.mark.parametrize(
    "make",
    [
        *(link_to_a_long_name, link_to_itself, link_to_a_file, link_to_another_repository, link_to_a_repository_inside),
        *(file_that_names_another_repository, folder_with_links_to_another_repository, os.mkfifo),
    ],
)
def test_a_git_that_is_no_real_folder_has_no_history(make, tmp_path: Path, assignment: Assignment):
    """A .git that is not a real folder is not followed; the submission is read without a history."""
    root = fork(tmp_path / "fork")
    make(root / ".git")

    submission = read_submission(root, assignment).record

    assert (submission.history.commits, submission.commit) == ([], None)
    assert submission.history.note in {".git is not a directory", "no commits"}


def test_replaced_commits_do_not_change_the_history(tmp_path: Path, assignment: Assignment):
    """Replaced commits, grafts and a file named like a revision do not change the history."""
    root = fork(tmp_path / "fork")
    git(tmp_path, "init", "-q", str(root))
    for subject in ("Handout", "Loss", "Evaluation", "A better story"):
        git(root, "commit", "-q", "--allow-empty", "-m", subject)
    git(root, "branch", "story")
    git(root, "reset", "-q", "--soft", "HEAD~1")
    git(root, "replace", "HEAD", "story")
    (root / "HEAD").write_text("x", encoding="utf-8")
    head = subprocess.run(
        ["git", "-C", str(root), "rev-parse", "HEAD~1^0"], check=True, capture_output=True, text=True
    ).stdout
    (root / ".git" / "info" / "grafts").write_text(head, encoding="utf-8")

    history, _ = read_history(root, assignment.manifest, trusted=tmp_path)

    assert [commit.subject for commit in history.commits] == ["Loss", "Evaluation"]


def test_a_repository_that_blocks_git_times_out(
    tmp_path: Path, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
):
    """Git is stopped after a time limit when it waits for a configuration file without using CPU time."""
    monkeypatch.setattr("grading.submission.history._SECONDS", 1)
    root = repository(tmp_path / "waiting")
    (root / ".git" / "config").unlink()
    os.mkfifo(root / ".git" / "config")

    history, commit = read_history(root, assignment.manifest, trusted=tmp_path)

    assert (history.commits, history.note, commit) == ([], "no commits", None)


def test_git_runs_no_programs_of_a_repository(tmp_path: Path, assignment: Assignment):
    """Git reads an untrusted repository inside the sandbox, so its configuration cannot run programs outside."""
    root = fork(tmp_path / "fork")
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Handout")
    witness = tmp_path / "witness"
    for key in ("core.fsmonitor", "core.sshCommand", "core.pager", "gpg.program", "diff.external"):
        git(root, "config", key, f"touch {witness}")
    git(root, "config", "log.showSignature", "true")

    submission = read_submission(root, assignment).record

    assert submission.commit is not None
    assert not witness.exists()


@pytest.mark.parametrize("level", ["mid", "researcher"])
def test_a_fork_of_a_room_has_no_edited_files(level: str, tmp_path: Path, assignment: Assignment):
    """An unchanged room has no flags for edited files, although its level and flow differ from the checkout's."""
    publish(assignment, level, tmp_path / "room")
    details = [flag.detail for flag in read_submission(tmp_path / "room", assignment).record.flags]
    assert not [detail for detail in details if "edited" in detail]
    (tmp_path / "room" / "noxfile.py").write_text("# mine\n")

    flags = read_submission(tmp_path / "room", assignment).record.flags

    assert [flag.detail.split()[0] for flag in flags if flag.id == "given-file-edited"] == ["noxfile.py"]
