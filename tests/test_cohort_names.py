"""Tests of submission names: every submission gets a unique folder, a score and a row on the page."""

import os
from pathlib import Path

import pytest

from grading.cohort.names import unique_names
from tests.tiny_cohort import FULL_POINTS, SOLUTION, cohort, make_checkout, table

RESERVED = ("cohort.json", "cohort.csv", "cohort.html")


def names(*paths: str | bytes) -> list[str]:
    """Return the names of the submissions at these paths."""
    found = unique_names(
        [Path("/in", os.fsdecode(path)) for path in paths], reserved=RESERVED, source="assignment/exercise.py"
    )
    return list(found)


def test_a_submission_is_named_after_its_file_or_folder():
    """A submission is named after its file, or after its folder if the file has the default name."""
    assert names("ada/exercise.py", "bob.py", "carol", "dan/assignment") == ["ada", "bob", "carol", "dan"]


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        (b"caf\xe9", "caf_"),
        ("José".encode(), "José"),
        ("Jose\u0301", "José"),
        ("new\nline", "new_line"),
        ("\x1b[31mred", "_[31mred"),
        ("evil\u202egnp.py", "evil_gnp"),
        ("a\\b:c", "a_b_c"),
        (".hidden", "hidden"),
        (" .. ", "submission"),
        ("ada/..", "in"),
        ("...", "submission"),
        ("trailing. ", "trailing"),
        ("x" * 255, "x" * 120),
        ("😀" * 60, "😀" * 30),
        ("y" * 300, "y" * 120),
    ],
)
def test_a_name_is_cleaned(name: str | bytes, cleaned: str):
    """Characters that a folder name cannot have or that are invisible are replaced, and long names are cut."""
    assert names(name) == [cleaned]


@pytest.mark.parametrize("name", [*RESERVED, "Cohort.CSV"])
def test_the_cohorts_own_files_keep_their_names(name: str):
    """A submission with the name of a file of the cohort gets a number."""
    assert names(name) == [f"{name}-2"]


def test_names_that_collide_on_some_file_systems_get_numbers():
    """Names that differ only in case or Unicode normalisation get numbers, and every result is unique."""
    assert names("Ada", "x/ada", "ada-2", "y/ada", "JOSÉ", "x/jose\u0301", "STRASSE", "straße") == [
        *("Ada", "ada-2", "ada-2-2", "ada-3", "JOSÉ", "josé-2", "STRASSE", "straße-2")
    ]


def test_hostile_names_keep_their_scores_and_pages(tmp_path: Path):
    """Submissions with hostile names or an unreadable discussion are graded; one whose path is too long is reported."""
    root = make_checkout(tmp_path / "checkout", discussion=True)
    hostile = [b"caf\xe9", b"cohort.json", b"cohort.html", b"cohort.csv", b"Ada", b"ada", b"new\nline", b"=1+1"]
    hostile += [b"x" * 250, "😀".encode() * 60, b"a:b", b" .. ", b"\x1b[31mred", b'"><b>bold']
    paths = [tmp_path / "handed-in" / os.fsdecode(name) for name in hostile]
    for path in paths:
        (path / "assignment").mkdir(parents=True)
        (path / "assignment" / "exercise.py").write_text(SOLUTION, encoding="utf-8")
        (path / "assignment" / "DISCUSSION.md").symlink_to("/etc/passwd")
    paths.append(tmp_path / "handed-in" / ("y" * 300))

    done = cohort(root, *paths, "--out", tmp_path / "out", "--jobs", 2)

    assert done.returncode == 2, done.stderr
    rows = list(table(tmp_path / "out").values())
    assert len(rows) == len(paths)
    assert "file name too long" in rows.pop()["problem"]
    folders = {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()}
    assert {row["name"].removeprefix("'") for row in rows} == folders
    assert {(row["automatic"], row["problem"]) for row in rows} == {(FULL_POINTS, "")}
    page = (tmp_path / "out" / "cohort.html").read_text(encoding="utf-8")
    assert page.count('scope="row"><a') == len(rows)
    assert "<b>bold" not in page


def test_a_folder_that_cannot_be_written_costs_one_score(tmp_path: Path):
    """If a file is in the place of a submission's folder, only that submission has no score."""
    root = make_checkout(tmp_path / "checkout")
    out = tmp_path / "out"
    out.mkdir()
    (out / "bob").write_text("in the way", encoding="utf-8")
    paths = [tmp_path / f"{name}.py" for name in ("ada", "bob", "carol")]
    for path in paths:
        path.write_text(SOLUTION, encoding="utf-8")

    done = cohort(root, *paths, "--out", out, "--jobs", 1)

    rows = table(out)
    assert done.returncode == 3
    assert rows["bob"]["problem"].startswith("the grader failed: FileExistsError")
    assert (rows["ada"]["automatic"], rows["carol"]["automatic"]) == (FULL_POINTS, FULL_POINTS)
    assert "1 without a score" in (out / "cohort.html").read_text(encoding="utf-8")


def test_an_old_score_is_removed_if_there_is_no_new_one(tmp_path: Path):
    """A submission that can no longer be read loses the pages of the earlier run."""
    root = make_checkout(tmp_path / "checkout")
    path, out = tmp_path / "ada.py", tmp_path / "out"
    path.write_text(SOLUTION, encoding="utf-8")
    assert cohort(root, path, "--out", out, "--jobs", 1).returncode == 0
    path.unlink()

    assert cohort(root, path, "--out", out, "--jobs", 1).returncode == 2

    assert list((out / "ada").iterdir()) == []
