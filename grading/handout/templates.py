"""Renders the files that a candidate gets, for one level, from Jinja templates.

In Markdown the tags are Jinja's own; in every other file they are in comments: `# {% if level == "LEVEL" %}` and
`# {{ todo("FUNCTION") }}`. So a Python file with tags runs unchanged, and a TOML or YAML file with tags is valid.
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
# Files that name the level of a submission: the first in a room, the second next to the module in the open flow.
ROOM_FILE, _LEVEL_FILE = "room.toml", "level.toml"


def level_file(assignment: Assignment) -> str:
    """Return the path of the file that names the level in a checkout of the open flow."""
    return (Path(assignment.manifest.source).parent / _LEVEL_FILE).as_posix()


@functools.cache
def starters(assignment: Assignment, name: str) -> frozenset[str]:
    """Return the starter of a candidate's file at each level that has it, stripped of surrounding whitespace."""
    path = assignment.root / assignment.manifest.optional_files[name]
    rendered = {Renderer(assignment, level, "open")(path, name).strip() for level in assignment.levels}
    return frozenset(rendered - {""})


@functools.cache
def starters_of_module(assignment: Assignment) -> frozenset[str]:
    """Return the starter of the candidate's main module at each level."""
    manifest = assignment.manifest
    path = assignment.root / manifest.reference
    return frozenset(Renderer(assignment, level, "open")(path, manifest.source) for level in assignment.levels)


@functools.cache
def handed_out(assignment: Assignment, name: str) -> frozenset[str]:
    """Return the SHA-256 of a handed-out file at each level and in each flow."""
    path = (room_sources(assignment) | _sources(assignment)).get(name)
    if path is None:
        return frozenset()
    texts = [Renderer(assignment, level, flow)(path, name) for level in assignment.levels for flow in _FLOWS]
    return frozenset(hashlib.sha256(text.encode()).hexdigest() for text in texts)


@functools.cache
def solution(assignment: Assignment, level: str) -> str:
    """Return the finished module of a level, without other levels' functions."""
    manifest = assignment.manifest
    return Renderer(assignment, level, "open", starter=False)(assignment.root / manifest.reference, manifest.source)


@functools.cache
def blank_discussion(assignment: Assignment) -> str:
    """Return the handed-out discussion file: the questions of all levels, one after the other."""
    name = assignment.manifest.discussion
    if name is None:
        return ""
    path = assignment.folder / "handout" / name
    path = path if path.is_file() else assignment.root / name
    return "\n".join(Renderer(assignment, level, "open")(path, name) for level in assignment.levels)


def handout(assignment: Assignment, level: str, flow: Flow) -> Mapping[str, str]:
    """Return the files of `assignment/` at a level, by path: templates are rendered, other files copied."""
    own = _sources(assignment)
    render = Renderer(assignment, level, flow)
    rendered = {name: render(path, name) for name, path in own.items()}
    if flow == "open":
        rendered[level_file(assignment)] = f'# The level that this is graded at.\nlevel = "{level}"\n'
    return {name: text for name, text in rendered.items() if text.strip() or name.endswith("__init__.py")}


def room_sources(assignment: Assignment) -> dict[str, Path]:
    """Return the template of each file of a room in addition to the handout."""
    folder = assignment.root / assignment.manifest.room
    if not folder.is_dir():
        raise ContentError(f"{assignment.folder / 'assignment.toml'}: room: folder {folder} not found")
    return _files_below(folder)


def _sources(assignment: Assignment) -> dict[str, Path]:
    """Return the source path of each file of `assignment/`."""
    manifest = assignment.manifest
    names = [
        *manifest.provided,
        *(name for name in manifest.handout if Path(name).parent != Path()),
        *filter(None, [manifest.discussion]),
    ]
    own = {name: assignment.root / name for name in names if not name.startswith(".")}
    own |= {
        name: assignment.root / path
        for name, path in {manifest.source: manifest.reference, **manifest.optional_files}.items()
    }
    return own | _files_below(assignment.folder / "handout")


def _files_below(folder: Path) -> dict[str, Path]:
    """Return a folder's files by relative name, without Python's caches."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path for path in paths}


@functools.cache
def _environment(root: Path, comment: str) -> jinja2.Environment:
    """Return the Jinja environment for tags that begin with `comment`; templates can include files below `root`."""
    return jinja2.Environment(  # noqa: S701 - Python, TOML and Markdown, all text is ours
        block_start_string=comment + "{%",
        variable_start_string=comment + "{{",
        comment_start_string=comment + "{#",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FileSystemLoader(root),
    )


class Renderer:
    """Renders templates for one level and flow."""

    def __init__(
        self, assignment: Assignment, level: str, flow: Flow, *, starter: bool = True, package_index: str = ""
    ) -> None:
        manifest, rubric = assignment.manifest, assignment.rubric(level)
        self._root = assignment.root
        self._todos = {c.function: c.todo for c in rubric.criterion if c.function and c.todo}
        self._variables = {
            "title": manifest.title,
            "level": level,
            "level_time": rubric.time_box,
            "criteria": rubric.criterion,
            "passing": rubric.passing,
            "points_of": lambda id_: f"{next(c.points for c in rubric.criterion if c.id == id_):g}",
            "flow": flow,
            "starter": starter,
            "own_files": manifest.own_files,
            "requirements": [*manifest.requirements, *rubric.requirements],
            "package_index": package_index,
        }

    def __call__(self, path: Path, name: str) -> str:
        """Return the file `name`, rendered from the template at `path`."""
        environment = _environment(self._root, "" if path.suffix == ".md" else "# ")
        try:
            template = environment.from_string(path.read_text(encoding="utf-8"))
            text = template.render(self._variables, todo=lambda function: self._todo(function, name))
        except (jinja2.TemplateError, KeyError) as error:
            line = f":{error.lineno}" if isinstance(error, jinja2.TemplateSyntaxError) else ""
            raise ContentError(f"{path}{line}: the template is invalid: {error}") from None
        # Omitted text between two functions leaves the empty lines of both.
        return re.sub(r"\n{4,}", "\n\n\n", text.strip() + "\n").lstrip("\n") if path.suffix == ".py" else text

    def _todo(self, function: str, name: str) -> str:
        number, last = self._todos[function], max(self._todos.values())
        of = f" of {last}" if len(self._todos) == last else ""
        return f'raise NotImplementedError("TODO {number}{of}: {function} ({name})")'
