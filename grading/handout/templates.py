"""Writes what a candidate gets, for one level, from the marked sources.

A source is a file as it stands in this repository, with marks for Jinja in its comments: a line that begins with `#:`
is a statement (`#: if level == "junior"`), `#:< … >#` an expression. So a marked Python file runs as it is.
"""

import functools
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import jinja2

from grading.content.load import Assignment
from grading.errors import ContentError

Flow = Literal["open", "room"]
_FLOWS: Final[tuple[Flow, ...]] = ("open", "room")
# Of the repository itself, for those who work in a room: marks leave out what is the grader's.
SHARED_FILES = {
    "noxfile.py": "noxfile.py",
    "pyproject.toml": "pyproject.toml",
    ".gitignore": ".gitignore",
    "grading/constraints.txt": "constraints.txt",
}
# What names the level of a submission: the first in a room, the second beside the module of the open flow's handout.
ROOM_FILE, _LEVEL_FILE = "room.toml", "level.toml"
# Jinja's own line statements swallow the empty lines that follow; a block swallows one line end.
_STATEMENT = re.compile(r"^[ \t]*#:(?!<)(.*)\n", re.MULTILINE)
_BLOCK = ("#{%", "%}#")


def level_file(assignment: Assignment) -> str:
    """Return where a checkout of the open flow names its level."""
    return (Path(assignment.manifest.source).parent / _LEVEL_FILE).as_posix()


@functools.cache
def starters(assignment: Assignment, name: str) -> frozenset[str]:
    """Return how a file of the candidate's begins, at each level that has it, without blanks at its ends."""
    path = assignment.root / assignment.manifest.optional_files[name]
    rendered = {Renderer(assignment, level, "open")(path, name).strip() for level in assignment.levels}
    return frozenset(rendered - {""})


@functools.cache
def starters_of_module(assignment: Assignment) -> frozenset[str]:
    """Return the candidate's main module as it is handed out, at each level."""
    manifest = assignment.manifest
    path = assignment.root / manifest.reference
    return frozenset(Renderer(assignment, level, "open")(path, manifest.source) for level in assignment.levels)


@functools.cache
def handed_out(assignment: Assignment, name: str) -> frozenset[str]:
    """Return the SHA-256 of a file as it is handed out, at each level and in each flow."""
    own = {to: assignment.root / path for path, to in SHARED_FILES.items()} | _sources(assignment)
    if name not in own:
        return frozenset()
    texts = [Renderer(assignment, level, flow)(own[name], name) for level in assignment.levels for flow in _FLOWS]
    return frozenset(hashlib.sha256(text.encode()).hexdigest() for text in texts)


def solution(assignment: Assignment, level: str) -> str:
    """Return the finished module, with what the level asks for and nothing else."""
    manifest = assignment.manifest
    return Renderer(assignment, level, "open", starter=False)(assignment.root / manifest.reference, manifest.source)


@functools.cache
def blank_discussion(assignment: Assignment) -> str:
    """Return the discussion as it is handed out: what every level asks, one after the other."""
    name = assignment.manifest.discussion
    path = assignment.folder / "handout" / name
    path = path if path.is_file() else assignment.root / name
    return "\n".join(Renderer(assignment, level, "open")(path, name) for level in assignment.levels)


def handout(assignment: Assignment, level: str, flow: Flow) -> Mapping[str, str]:
    """Return what `assignment/` holds at a level, by path: templates rendered, all else as it lies there."""
    own = _sources(assignment)
    render = Renderer(assignment, level, flow)
    rendered = {name: render(path, name) for name, path in own.items()}
    if flow == "open":
        rendered[level_file(assignment)] = f'# The level that this is graded at.\nlevel = "{level}"\n'
    return {name: text for name, text in rendered.items() if text.strip() or name.endswith("__init__.py")}


def _sources(assignment: Assignment) -> dict[str, Path]:
    """Return where each file of `assignment/` comes from."""
    manifest = assignment.manifest
    names = [
        *manifest.provided,
        *(name for name in manifest.handout if Path(name).parent != Path()),
        manifest.discussion,
    ]
    own = {name: assignment.root / name for name in names if not name.startswith(".")}
    own |= {
        name: assignment.root / path
        for name, path in {manifest.source: manifest.reference, **manifest.optional_files}.items()
    }
    templates = assignment.folder / "handout"
    own |= {path.relative_to(templates).as_posix(): path for path in sorted(templates.rglob("*")) if path.is_file()}
    return own


class Renderer:
    """Renders marked sources for one level and flow."""

    def __init__(
        self, assignment: Assignment, level: str, flow: Flow, torch_index: str = "", *, starter: bool = True
    ) -> None:
        rubric = assignment.rubric(level)
        self._todos = {c.function: c.todo for c in rubric.criterion if c.function and c.todo}
        self._environment = jinja2.Environment(  # noqa: S701 - Python, TOML and Markdown, and no text but our own
            variable_start_string="#:<",
            variable_end_string=">#",
            block_start_string=_BLOCK[0],
            block_end_string=_BLOCK[1],
            comment_start_string="#{#",
            trim_blocks=True,
            keep_trailing_newline=True,
            undefined=jinja2.StrictUndefined,
        )
        self._environment.globals |= {
            "title": assignment.manifest.title,
            "level": level,
            "level_time": rubric.time_box,
            "criteria": rubric.criterion,
            "passing": rubric.passing,
            "points_of": lambda id_: f"{next(c.points for c in rubric.criterion if c.id == id_):g}",
            "flow": flow,
            "starter": starter,
            "torch_index": torch_index,
        }

    def __call__(self, path: Path, name: str) -> str:
        """Return what becomes of a source that is to be the file `name`."""
        marked = path.read_text(encoding="utf-8")
        source = _STATEMENT.sub(_BLOCK[0] + r"\1" + _BLOCK[1] + "\n", marked)
        try:
            text = self._environment.from_string(source).render(todo=lambda function: self._todo(function, name))
        except (jinja2.TemplateError, KeyError) as error:
            line = f":{error.lineno}" if isinstance(error, jinja2.TemplateSyntaxError) else ""
            raise ContentError(f"{path}{line}: its marks cannot be read: {error}") from None
        # What is left out between two functions leaves the empty lines of both.
        return re.sub(r"\n{4,}", "\n\n\n", text.strip() + "\n").lstrip("\n") if path.suffix == ".py" else text

    def _todo(self, function: str, name: str) -> str:
        number, last = self._todos[function], max(self._todos.values())
        of = f" of {last}" if len(self._todos) == last else ""
        return f'raise NotImplementedError("TODO {number}{of}: {function} ({name})")'
