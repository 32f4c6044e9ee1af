"""The documents show what the commands print."""

import re
from pathlib import Path

import pytest

from grading.cli import main
from grading.content.load import Assignment
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "tests" / "submissions" / "example"


def quoted(name: str) -> str:
    """Return what stands between two marks of the README, as it was before it was quoted."""
    match = re.search(rf"<!-- {name} -->\n(.*?)<!-- end of {name} -->", README, re.DOTALL)
    assert match is not None
    plain = re.sub(r"^> ?", "", match[1], flags=re.MULTILINE)
    return re.sub(r"^##(#+)", r"\1", plain, flags=re.MULTILINE).strip()


def test_the_readmes_excerpts_are_real(tmp_path: Path):
    """The example's summary begins like the excerpt, and its feedback is the one shown."""
    assert main(["grade", str(EXAMPLE), "--out", str(tmp_path), "--seed", "1"]) == 0

    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith(quoted("excerpt"))
    assert (tmp_path / "feedback.md").read_text(encoding="utf-8").strip() == quoted("feedback")


def test_the_readmes_links_lead_somewhere():
    """Every relative link of every document is a file."""
    for document in [ROOT / "README.md", ROOT / "assignment" / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert target.startswith("https://") or (document.parent / target).exists(), f"{document.name}: {target}"


def test_hostings_table_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]):
    """Costs and waiting times."""
    assert main(["room", "estimate"]) == 0

    hosting = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
    assert f"<!-- estimate -->\n{capsys.readouterr().out}<!-- end of estimate -->" in hosting


def test_the_readme_tells_each_levels_time_box():
    """As the rubrics have it."""
    assignment = Assignment(ROOT)
    for level in assignment.levels:
        assert re.search(rf"^\| {level} \|.*\| {assignment.rubric(level).time_box} \|$", README, re.MULTILINE)


def test_the_designs_counts_are_those_of_the_submissions():
    """As many styles and mistakes as are there."""
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    folder = ROOT / "tests" / "submissions"

    assert f"in {len(list((folder / 'correct').glob('*.py')))} styles" in design
    assert f"holds {len(list((folder / 'mistaken').glob('*.py')))} mistakes" in design
