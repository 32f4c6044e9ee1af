"""Tests of the handout, which is made from one source for every level and contains nothing hidden."""

import ast
import hashlib
import importlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import nox
import pytest

from grading.content.load import Assignment
from grading.errors import ContentError, UsageError
from grading.handout.publish import publish
from grading.handout.templates import handed_out, handout, solution
from tests.conftest import ROOT, Grade
from tests.warm_python import python

LEVELS = Assignment(ROOT).levels


@pytest.fixture(scope="module", params=LEVELS)
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a room of each level in turn."""
    folder = tmp_path_factory.mktemp("publish") / str(request.param)
    publish(Assignment(ROOT), folder.name, folder)
    return folder


def run(folder: Path, *arguments: str) -> str:
    """Run pytest in a folder and return its output."""
    return python("-m", "pytest", "-q", "--tb=line", *arguments, cwd=folder).stdout


def test_the_checked_in_handout_is_up_to_date(assignment: Assignment):
    """The checked-in handout is the one that `python -m grading publish --in-place` writes."""
    for name, text in handout(assignment, "mid", "open").items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, f"{name}: run python -m grading publish --in-place"


def test_nothing_hidden_is_published(room: Path, assignment: Assignment):
    """A room contains no solution, hidden test, mistake or answer key, and no template tag."""
    texts = {path.relative_to(room).as_posix(): path.read_text() for path in room.rglob("*") if path.is_file()}
    tests = {test for level in LEVELS for criterion in assignment.rubric(level).criterion for test in criterion.tests}
    ids = {mistake.id for mistake in assignment.mistakes.values()} - {"crash", "timeout"}
    for name, text in texts.items():
        assert not {word for word in tests | ids if word in text}, name
        assert "hidden_tests" not in text, name
        assert not re.search(r"\{%|%\}|(?<!\$)\{\{", text), name
    source = ast.parse(texts["assignment/exercise.py"])
    functions = {node.name: node for node in source.body if isinstance(node, ast.FunctionDef)}
    for criterion in assignment.rubric(room.name).criterion:
        if criterion.function in functions:
            assert isinstance(functions[criterion.function].body[-1], ast.Raise)


def test_a_starter_fails_each_visible_test_with_its_todo(room: Path):
    """At first all visible tests fail, each with the TODO of its function."""
    printed = run(room, "assignment")

    failed, named = re.search(r"(\d+) failed\b", printed), printed.count("NotImplementedError: TODO")
    assert failed, printed
    assert named >= int(failed[1])
    # At researcher level, the visible tests of the broken pipeline pass.
    assert re.search(r"(\d+) passed", printed) is None or room.name == "researcher"


def test_the_reference_passes_each_visible_test(room: Path, tmp_path: Path, assignment: Assignment):
    """The reference passes all visible tests at every level."""
    subprocess.run(["cp", "-r", str(room), str(tmp_path / "finished")], check=True)
    source = tmp_path / "finished" / assignment.manifest.source
    source.write_text(solution(assignment, room.name), encoding="utf-8")

    printed = run(tmp_path / "finished", "assignment")

    assert re.search(r"^\d+ passed in", printed, re.MULTILINE), printed


def test_a_starter_scores_zero_and_is_reported_as_not_implemented(room: Path, grade: Grade):
    """A starter scores 0 and is reported as not implemented in every criterion, whatever hints it contains."""
    card = grade((room / "assignment" / "exercise.py").read_text(), level=room.name)

    scored = [criterion for criterion in card.criteria if criterion.tests]
    assert [criterion.points for criterion in scored] == [0] * len(scored)
    assert [(f.mistake.id, f.criterion) for f in card.mistakes] == [("not-implemented", c.id) for c in scored]


def test_the_junior_starter_comes_with_modes_and_hints():
    """The junior starter contains `model.train()`, `model.eval()` and hints; the mid starter has none of them."""
    texts = {level: handout(Assignment(ROOT), level, "room")["assignment/exercise.py"] for level in ("junior", "mid")}

    assert "    model.train()\n" in texts["junior"]
    assert "    model.eval()\n" in texts["junior"]
    assert texts["junior"].count("    # ") >= 10
    assert "model.train()" not in texts["mid"]
    assert "model.eval()" not in texts["mid"]


@dataclass
class Session:
    """A nox session that runs nothing and records its commands."""

    posargs: list[str] = field(default_factory=list)
    commands: list[list[str]] = field(default_factory=list)

    def run(self, *command: str, **_: object) -> None:
        """Record a command; create the folder of a virtual environment."""
        self.commands.append(list(command))
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)

    def log(self, message: str) -> None:
        """Print nothing."""


def load_noxfile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the noxfile of a folder as a module whose sessions are plain functions."""
    monkeypatch.setattr(nox, "session", lambda function: function)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "noxfile", raising=False)
    return importlib.import_module("noxfile")


def test_a_room_has_the_sessions_visible_and_run(tmp_path: Path, assignment: Assignment):
    """A room has the sessions `visible` and `run`, and `nox` alone runs the visible tests."""
    publish(assignment, "mid", tmp_path / "room")
    command = [sys.executable, "-m", "nox", "--noxfile", str(tmp_path / "room" / "noxfile.py"), "--list"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    assert re.findall(r"^([*-] \w+) ->", done.stdout, re.MULTILINE) == ["* visible", "- run"]


@pytest.mark.parametrize("name", ["visible", "run"])
def test_a_rooms_sessions_run_what_the_repositorys_do(name: str, room: Path, monkeypatch: pytest.MonkeyPatch):
    """`nox -s visible` and `nox -s run` pass the same arguments to Python in a room and in the repository."""
    in_repository, in_room = Session(["-k", "make_loss"]), Session(["-k", "make_loss"])
    noxfile = load_noxfile(ROOT, monkeypatch)
    monkeypatch.setattr(noxfile, "_environment", lambda *_: Path("environment"))
    getattr(noxfile, name)(in_repository)
    noxfile = load_noxfile(room, monkeypatch)
    monkeypatch.setattr(noxfile, "_python", lambda _: "python")
    getattr(noxfile, name)(in_room)

    assert [command[1:] for command in in_room.commands] == [command[1:] for command in in_repository.commands]
    assert in_room.commands[0][-2:] == ["-k", "make_loss"]


def test_a_rooms_environment_holds_what_its_level_needs(room: Path, monkeypatch: pytest.MonkeyPatch):
    """A room's environment is built once, from the group `exercise` and its pins; only researchers get mlflow."""
    group = nox.project.dependency_groups(nox.project.load_toml(ROOT / "pyproject.toml"), "exercise")
    session = Session()
    noxfile = load_noxfile(room, monkeypatch)
    monkeypatch.setenv("TAKE_HOME_ENVIRONMENTS", str(room.parent / f"environments-{room.name}"))

    noxfile.visible(session)
    noxfile.visible(session)

    (install,) = (command for command in session.commands if "install" in command)
    at = install.index("--constraint")
    needed = {name for name in group if room.name == "researcher" or not name.startswith("mlflow")}
    assert set(install[at + 2 :]) == needed
    assert Path(install[at + 1]).read_bytes() == (ROOT / "grading" / "constraints.txt").read_bytes()
    assert [command[1:3] for command in session.commands].count(["-m", "pytest"]) == 2


def test_files_of_a_room_count_as_handed_out(room: Path, assignment: Assignment):
    """The files of a room count as handed out, so they are not flagged as edited."""
    for name in ("noxfile.py", "pyproject.toml", ".gitignore", "constraints.txt", ".github/workflows/visible.yml"):
        assert hashlib.sha256((room / name).read_bytes()).hexdigest() in handed_out(assignment, name), name


def test_a_missing_folder_of_room_templates_is_named(tmp_path: Path):
    """The error for a missing folder of room templates names the data file, the key and the folder."""
    shutil.copytree(ROOT / "tests" / "tiny", tmp_path / "tiny")

    with pytest.raises(ContentError, match=r"assignment\.toml: room: folder .*grading/rooms/template not found"):
        publish(Assignment(tmp_path / "tiny"), "short", tmp_path / "room")


def test_publish_refuses_a_folder_that_is_not_empty(tmp_path: Path, assignment: Assignment):
    """`publish` refuses a folder that is not empty and changes nothing in it."""
    (tmp_path / "mine").write_text("")

    with pytest.raises(UsageError, match="is not empty"):
        publish(assignment, "mid", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_package_index_goes_into_the_rooms_workflow(tmp_path: Path, assignment: Assignment):
    """The package index is written into the room's workflow, since a fork cannot read organisation variables."""
    publish(assignment, "mid", tmp_path / "room", package_index="https://index.example/cpu")

    text = (tmp_path / "room" / ".github" / "workflows" / "visible.yml").read_text()
    assert "PIP_EXTRA_INDEX_URL: https://index.example/cpu\n" in text
    assert "vars.TORCH_INDEX_URL" not in text


def test_a_wrong_tag_is_named_with_its_line(tmp_path: Path):
    """The error for an invalid template tag names the file, the line and the reason."""
    subprocess.run(
        ["cp", "-r", *(str(ROOT / name) for name in ("hidden_tests", "assignment")), str(tmp_path)], check=True
    )
    path = tmp_path / "hidden_tests" / "reference" / "exercise.py"
    path.write_text(path.read_text().replace("{% endif %}", "{% endwhile %}", 1))

    with pytest.raises(ContentError, match=r"exercise\.py:\d+: the template is invalid: "):
        handout(Assignment(tmp_path), "mid", "open")
