"""Tests of the grader's version and digest, which changes with every file that affects a grade."""

import os
import shutil
import tomllib
from pathlib import Path

import pytest

from grading.content.version import VERSION, grader_digest, this_grader
from grading.errors import GradingError
from tests.conftest import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy the folders that the digest covers."""
    for name in ("grading", "hidden_tests", "assignment"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_pyproject_has_the_same_version():
    """The version in pyproject.toml is the one that the grader reports."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == VERSION


def test_equal_checkouts_have_equal_digests(checkout: Path):
    """The digest depends neither on the folder nor on Python's cache."""
    (checkout / "grading" / "__pycache__").mkdir()
    (checkout / "grading" / "__pycache__" / "cohort.pyc").write_bytes(b"cached")

    assert grader_digest(checkout) == grader_digest(ROOT)


@pytest.mark.parametrize(
    "name",
    [
        "grading/scoring/score.py",
        "grading/constraints.txt",
        "grading/render/html/templates/cohort.html.jinja",
        "grading/render/html/templates/page.css",
        "grading/render/html/templates/summary.js",
        "hidden_tests/assignment.toml",
        "hidden_tests/rubrics/mid.toml",
        "hidden_tests/conftest.py",
        "assignment/README.md",
        "assignment/data.py",
    ],
)
def test_a_changed_file_changes_the_digest(name: str, checkout: Path):
    """The digest covers code, pins, templates, styles, scripts, rubrics, hidden tests and the handout."""
    before = grader_digest(checkout)
    with (checkout / name).open("a", encoding="utf-8") as file:
        file.write("\n")

    assert grader_digest(checkout) != before


def test_a_renamed_or_new_file_changes_the_digest(checkout: Path):
    """The digest covers the names of files, and also empty files."""
    before = grader_digest(checkout)
    (checkout / "assignment" / "README.md").rename(checkout / "assignment" / "READ.md")
    renamed = grader_digest(checkout)
    (checkout / "hidden_tests" / "empty.py").touch()

    assert len({before, renamed, grader_digest(checkout)}) == 3


def test_unusual_files_do_not_stop_the_digest(checkout: Path):
    """The digest covers the target of a link without following it, and does not read pipes."""
    folder = checkout / "assignment"
    (folder / os.fsdecode(b"caf\xe9.py")).touch()
    (folder / "endless").symlink_to("/dev/zero")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    before = grader_digest(checkout)
    (folder / "endless").unlink()
    (folder / "endless").symlink_to("/dev/null")

    assert grader_digest(checkout) != before


def test_a_file_that_cannot_be_read_is_named(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    """The error for an unreadable file names the file, the reason and the fix."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(GradingError, match=r"\.py: cannot be read: permission denied; fix"):
        grader_digest(checkout)


def test_a_process_reports_the_code_it_has_loaded(checkout: Path):
    """The digest that a process reports does not change when a file changes while the process runs."""
    before = this_grader(checkout)
    (checkout / "grading" / "scoring" / "score.py").unlink()

    assert this_grader(checkout) == before
    assert before.digest != grader_digest(checkout)
