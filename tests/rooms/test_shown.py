"""Tests that neither flow shows a candidate the answer key, the reference or hidden tests."""

import ast
import html
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.handout.templates import handout, solution
from tests.command_line import cold, grading
from tests.conftest import ROOT, Grade
from tests.rooms.conftest import SOURCE, World, act, git

EXAMPLE = ROOT / "tests" / "submissions" / "example"
# The example has three mistakes and answers to the discussion.
FILES = {name: (EXAMPLE / name).read_text(encoding="utf-8") for name in (SOURCE, "assignment/DISCUSSION.md")}
_WINDOW = 6  # a number of consecutive words that two texts do not share by chance


def plain(text: str) -> str:
    """Return a text as one line of words, without markup and table borders."""
    return re.sub(r"[\s│|*_`>]+", " ", html.unescape(re.sub(r"<[^>]*>", "", text)))


def windows(texts: Iterable[str]) -> set[str]:
    """Return every run of `_WINDOW` consecutive words of each text, or the whole text if it is shorter."""
    found = set()
    for text in texts:
        words = plain(text).split()
        found |= {" ".join(words[at : at + _WINDOW]) for at in range(max(1, len(words) - _WINDOW + 1))}
    return found - {""}


class Hidden:
    """The texts that a candidate must not read, by kind."""

    def __init__(self, assignment: Assignment, messages: Iterable[str]) -> None:
        levels = assignment.levels
        questions = {q.number: q for level in levels for q in assignment.questions(level)}.values()
        self.key = windows(text for q in questions for text in (q.answer, *q.good_signs, *q.red_flags))
        criteria = [
            c for level in levels for c in (*assignment.rubric(level).criterion, *assignment.rubric(level).bonus)
        ]
        self.names = {test for criterion in criteria for test in criterion.tests if "_" in test}
        paths = sorted((ROOT / "hidden_tests").glob("test_*.py"))
        functions = [node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
        titles = (ast.get_docstring(f) or "" for f in functions if isinstance(f, ast.FunctionDef))
        self.titles = windows(titles)
        self.messages = windows(messages)
        known = {*FILES[SOURCE].splitlines()}
        for level in levels:
            known |= {line for text in handout(assignment, level, "room").values() for line in text.splitlines()}
        own = (line for level in levels for line in solution(assignment, level).splitlines())
        self.reference = {line.strip() for line in own if line not in known and len(line.strip()) > 25}

    def found_in(self, text: str) -> dict[str, list[str]]:
        """Return the hidden parts of each kind that a text contains."""
        words = plain(text)
        shown = {
            "key": [part for part in self.key if part in words],
            "names": [name for name in self.names if name in text],
            "titles": [part for part in self.titles if part in words],
            "messages": [part for part in self.messages if part in words],
            "reference": [line for line in self.reference if plain(line).strip() in words],
        }
        return {kind: sorted(parts) for kind, parts in shown.items() if parts}


@pytest.fixture(scope="module")
def hidden(assignment: Assignment, grade: Grade) -> Hidden:
    """Return the texts that the pages of the example must not show its candidate."""
    card = grade(FILES[SOURCE])
    return Hidden(assignment, [test.message for criterion in card.criteria for test in criterion.tests if test.message])


def test_the_sealed_flow_shows_nothing_hidden(hidden: Hidden, world: World):
    """Status, comment and output of the sealed flow contain no hidden text; the reviewer's pages contain all kinds."""
    sha = world.push(FILES)
    world.show()
    world.ask()
    done = world.grade()

    assert done.returncode == 0, done.stdout
    assert world.status(sha) == "success: 69 / 85, needs review"
    assert "69 of 85 automatic points" in world.seen()
    assert hidden.found_in(world.seen()) == {}
    folder = world.folder / "artifacts" / "grade"
    pages = [(folder / name).read_text(encoding="utf-8") for name in ("summary.md", "summary.html", "grade.json")]
    assert set(hidden.found_in("".join(pages))) == {"key", "names", "titles", "messages", "reference"}


def fork_of(grader: Path, level: str, folder: Path) -> Path:
    """Return a candidate's fork of the whole repository, at a level, with a submission in it."""
    fork = folder / "fork"
    git(folder, "clone", "--quiet", str(grader), "fork")
    git(fork, "remote", "set-url", "origin", "https://github.com/ada/take-home.git")
    assert cold("publish", "--in-place", "--level", level, cwd=fork).returncode == 0
    for name, text in FILES.items():
        (fork / name).write_text(text, encoding="utf-8")
    git(fork, "commit", "--quiet", "--all", "--message", "work")
    return fork


def test_the_open_flow_shows_nothing_hidden(hidden: Hidden, grader: Path, stubs: dict[str, Path], tmp_path: Path):
    """The log, the annotations, the summary and the artifact of the open flow contain no hidden text."""
    fork = fork_of(grader, "researcher", tmp_path)

    done = act(fork, ["push", "-W", ".github/workflows/open.yml"], tmp_path, stubs)

    assert done.returncode == 0, done.stdout
    artifact = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "artifacts").rglob("*.*")}
    assert set(artifact) == {"feedback.md", "grade.json"}
    assert json.loads(artifact["grade.json"])["level"] == "researcher"
    assert "Summary - # " in done.stdout, "act prints what a step adds to the run's summary"
    assert done.stdout.count("::error file=assignment/exercise.py") >= 2
    assert hidden.found_in("\n".join([done.stdout, done.stderr, *artifact.values()])) == {}


@pytest.mark.usefixtures("shared_sandbox")
@pytest.mark.parametrize("level", ["junior", "mid", "senior"])
def test_no_level_shows_anything_hidden(level: str, hidden: Hidden, grader: Path, tmp_path: Path):
    """The output and the files of the open flow's command contain no hidden text, at each level."""
    fork = fork_of(grader, level, tmp_path)

    done = grading("grade", fork, "--feedback-only", "--annotate", "--out", tmp_path / "out")

    assert done.returncode == 0, done.stderr
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()}
    assert json.loads(written["grade.json"])["level"] == level
    assert done.stdout.count("::error file=assignment/exercise.py") >= 2
    assert hidden.found_in("\n".join([done.stdout, done.stderr, *written.values()])) == {}
