"""The command `cohort`, and a checkout of this grader with the tiny take-home, which does not need torch."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import ROOT
from tests.warm_python import python

SOLUTION = (ROOT / "tests" / "tiny" / "hidden_tests" / "reference" / "exercise.py").read_text(encoding="utf-8")
FULL_POINTS = "80.0"


_QUESTION = """
[[question]]
number = 1
title = "Robustness"
answer = "When the extremes are what matters: rare, large losses."
good_signs = ["names a case"]
red_flags = ["never"]
"""


def make_checkout(folder: Path, *, discussion: bool = False) -> Path:
    """Write the checkout, with a discussion question if `discussion`, and return its root."""
    shutil.copytree(ROOT / "tests" / "tiny", folder)
    shutil.copytree(ROOT / "grading", folder / "grading", ignore=shutil.ignore_patterns("__pycache__"))
    if discussion:
        manifest = folder / "hidden_tests" / "assignment.toml"
        manifest.write_text(f'discussion = "assignment/DISCUSSION.md"\n{manifest.read_text(encoding="utf-8")}')
        (folder / "hidden_tests" / "discussion.toml").write_text(_QUESTION)
        (folder / "assignment" / "DISCUSSION.md").write_text("# Discussion\n\n## 1. Robustness\n\n_Your answer:_\n")
    return folder


def write_files(folder: Path, sources: Sequence[str]) -> list[Path]:
    """Write each source as a submission of one file, and return the paths in order."""
    folder.mkdir()
    paths = [folder / f"candidate{number:02}.py" for number in range(len(sources))]
    for path, source in zip(paths, sources, strict=True):
        path.write_text(source, encoding="utf-8")
    return paths


def command(*arguments: object) -> list[str]:
    """Return a command line of `cohort`."""
    return [sys.executable, "-m", "grading", "cohort", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which only the checkout's own grader can be imported."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | more


def cohort(root: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `cohort` in a checkout."""
    return python("-m", "grading", "cohort", *arguments, cwd=root)


def table(out: Path) -> dict[str, dict[str, str]]:
    """Return the rows of the table by name."""
    with (out / "cohort.csv").open(newline="", encoding="utf-8") as file:
        return {row["name"]: row for row in csv.DictReader(file)}
