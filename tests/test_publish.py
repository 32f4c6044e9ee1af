"""What a candidate gets is made from one source, for every level, and nothing hidden goes with it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.errors import ContentError, UsageError
from grading.handout.publish import publish
from grading.handout.templates import handout, solution
from tests.conftest import ROOT, Grade

LEVELS = Assignment(ROOT).levels


@pytest.fixture(scope="module", params=LEVELS)
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room of each level in turn."""
    folder = tmp_path_factory.mktemp("publish") / str(request.param)
    publish(Assignment(ROOT), folder.name, folder)
    return folder


def run(folder: Path, *arguments: str) -> str:
    """Run pytest in a folder and return what it printed."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=line", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    return done.stdout


def test_the_checked_in_handout_is_what_the_sources_give(assignment: Assignment):
    """Whoever edits it there is told where to: `python -m grading publish --in-place` writes it anew."""
    for name, text in handout(assignment, "mid", "open").items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, f"{name}: run python -m grading publish --in-place"


def test_nothing_hidden_is_published(room: Path, assignment: Assignment):
    """No solution, hidden test, mistake or answer key, nor a mark that tells of another level."""
    texts = {path.relative_to(room).as_posix(): path.read_text() for path in room.rglob("*") if path.is_file()}
    tests = {test for level in LEVELS for criterion in assignment.rubric(level).criterion for test in criterion.tests}
    ids = {mistake.id for mistake in assignment.mistakes.values()} - {"crash", "timeout"}
    for name, text in texts.items():
        assert not {word for word in tests | ids if word in text}, name
        assert "hidden_tests" not in text, name
        assert not re.search(r"#:|>#", text), name
    source = ast.parse(texts["assignment/exercise.py"])
    functions = {node.name: node for node in source.body if isinstance(node, ast.FunctionDef)}
    for criterion in assignment.rubric(room.name).criterion:
        if criterion.function in functions:
            assert isinstance(functions[criterion.function].body[-1], ast.Raise)


def test_a_starter_fails_each_visible_test_with_its_todo(room: Path):
    """Red is right: every failure names what is to do."""
    printed = run(room, "assignment")

    failed, named = re.search(r"(\d+) failed\b", printed), printed.count("NotImplementedError: TODO")
    assert failed, printed
    assert named >= int(failed[1])
    # The broken pipeline runs.
    assert re.search(r"(\d+) passed", printed) is None or room.name == "researcher"


def test_the_reference_passes_each_visible_test(room: Path, tmp_path: Path, assignment: Assignment):
    """A finished exercise is green, at every level."""
    subprocess.run(["cp", "-r", str(room), str(tmp_path / "finished")], check=True)
    source = tmp_path / "finished" / assignment.manifest.source
    source.write_text(solution(assignment, room.name), encoding="utf-8")

    printed = run(tmp_path / "finished", "assignment")

    assert re.search(r"^\d+ passed in", printed, re.MULTILINE), printed


def test_a_starter_is_graded_with_nothing_and_a_list_of_todos(room: Path, grade: Grade):
    """Whatever hints and lines it comes with."""
    card = grade((room / "assignment" / "exercise.py").read_text(), level=room.name)

    scored = [criterion for criterion in card.criteria if criterion.tests]
    assert [criterion.points for criterion in scored] == [0] * len(scored)
    assert [(f.mistake.id, f.criterion) for f in card.mistakes] == [("not-implemented", c.id) for c in scored]


def test_the_junior_starter_comes_with_modes_and_hints():
    """What is there already, and steps in comments; the mid one has neither."""
    texts = {level: handout(Assignment(ROOT), level, "room")["assignment/exercise.py"] for level in ("junior", "mid")}

    assert "    model.train()\n" in texts["junior"]
    assert "    model.eval()\n" in texts["junior"]
    assert texts["junior"].count("    # ") >= 10
    assert "model.train()" not in texts["mid"]
    assert "model.eval()" not in texts["mid"]


def test_a_room_is_not_written_over_something(tmp_path: Path, assignment: Assignment):
    """Nor anything beside what is there."""
    (tmp_path / "mine").write_text("")

    with pytest.raises(UsageError, match="is not empty"):
        publish(assignment, "mid", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_address_of_torchs_cpu_builds_goes_into_the_rooms_workflow(tmp_path: Path, assignment: Assignment):
    """A fork has no variables of its own."""
    publish(assignment, "mid", tmp_path / "room", torch_index="https://index.example/cpu")

    text = (tmp_path / "room" / ".github" / "workflows" / "visible.yml").read_text()
    assert "PIP_EXTRA_INDEX_URL: https://index.example/cpu\n" in text
    assert "vars.TORCH_INDEX_URL" not in text


def test_a_wrong_mark_is_named_with_its_line(tmp_path: Path):
    """The file, the line and what is wrong with it."""
    subprocess.run(
        ["cp", "-r", *(str(ROOT / name) for name in ("hidden_tests", "assignment")), str(tmp_path)], check=True
    )
    path = tmp_path / "hidden_tests" / "reference" / "exercise.py"
    path.write_text(path.read_text().replace("#: endif", "#: endwhile", 1))

    with pytest.raises(ContentError, match=r"exercise\.py:\d+: its marks cannot be read"):
        handout(Assignment(tmp_path), "mid", "open")
