"""Tests that documents show the output of the commands, and that their links and numbers are correct."""

import re
from pathlib import Path

from cogapp import Cog

from grading.content.load import Assignment
from tests.conftest import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def check(*documents: Path) -> int:
    """Return 0 if documents show what the commands of docs/excerpts.py print."""
    options = ["cog", "--check", "-P", "-I", str(ROOT / "docs"), "-p", "from excerpts import *"]
    return int(Cog().main([*options, *map(str, documents)]))


def test_excerpts_in_the_documents_are_up_to_date():
    """Every excerpt in the documents is the one that `nox -s docs` writes."""
    assert check(*DOCUMENTS) == 0


def test_an_excerpt_that_is_out_of_date_is_found(tmp_path: Path):
    """The check fails for a document with an outdated excerpt."""
    hosting = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    (tmp_path / "hosting.md").write_text(hosting.replace("estimate() ]]] -->\n", "estimate() ]]] -->\nfree\n"), "utf-8")

    assert check(tmp_path / "hosting.md") != 0


def test_links_and_pictures_of_the_documents_exist():
    """Every relative link and every picture of a document refers to an existing file."""
    for document in [*DOCUMENTS, ROOT / "assignment" / "README.md"]:
        for target in re.findall(r"(?:\]\(|src=\"|srcset=\")([^)#\"]+)", document.read_text(encoding="utf-8")):
            assert target.startswith("https://") or (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_table_of_levels_has_the_time_box_of_each_rubric():
    """docs/open-flow.md states the time box of each level."""
    assignment, table = Assignment(ROOT), (ROOT / "docs" / "open-flow.md").read_text(encoding="utf-8")
    for level in assignment.levels:
        assert re.search(rf"^\| {level} \|.*\| {assignment.rubric(level).time_box} \|$", table, re.MULTILINE)


def test_counts_in_the_design_document_are_correct():
    """docs/design.md states the numbers of styles and mistakes in tests/submissions/."""
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    folder = ROOT / "tests" / "submissions"

    assert f"in {len(list((folder / 'styles').glob('*.py')))} styles" in design
    assert f"{len(list(folder.glob('*/mistaken/*.py')))} mistakes" in design
