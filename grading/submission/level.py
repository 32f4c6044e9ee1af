"""Which level a submission is of: a room's `room.toml` names it, or `level.toml` beside the module in the open flow."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from grading.content.load import Assignment
from grading.errors import UsageError
from grading.handout.templates import ROOM_FILE, level_file
from grading.submission.read import locate, read_file

# A room's file has some 100 bytes. A candidate can write one that costs: one key in 50,000 parts takes tomllib 80 s,
# measured.
_MOST_BYTES = 4096


class _LevelFile(Struct, forbid_unknown_fields=True):
    level: str


def parse_level(content: bytes, where: object, assignment: Assignment) -> str:
    """Return the level that a file names; raise UsageError if it names none that there is a rubric for."""
    if len(content) > _MOST_BYTES:
        raise UsageError(f"{where}: {len(content)} bytes, expected at most {_MOST_BYTES}, with a line `level = …`")
    try:
        level = msgspec.toml.decode(content, type=_LevelFile).level
    except (ValueError, RecursionError) as error:  # of numbers with too many digits, and of nested brackets as well
        raise UsageError(f"{where}: {error}") from None
    if level not in assignment.levels:
        raise UsageError(f"{where}: level {level!r} has no rubric; there is one for: {', '.join(assignment.levels)}")
    return level


def level_to_grade(path: Path, assignment: Assignment, wanted: str | None) -> str:
    """Return the level to grade a submission at: the one that it names, else `wanted`, else the default.

    Raises:
        UsageError: there is no submission at `path`, or it names another level than `wanted`.
    """
    locate(path, assignment.manifest.source)
    try:
        file = _level_file(path, assignment)
        if file is None:
            return wanted or assignment.manifest.default_level
        level = parse_level(read_file(file), file, assignment)
    except UsageError as error:
        # The candidate can write anything into that file: whoever knows the level can still grade.
        if wanted is None:
            raise UsageError(f"{error}; correct that file, or give --level") from None
        return wanted
    if wanted not in (None, level):
        raise UsageError(
            f"--level {wanted}: {file} says that this is level {level}: leave out --level, or correct that file"
        )
    return level


def level_of_all(paths: Iterable[Path], assignment: Assignment, wanted: str | None) -> str:
    """Return the level to grade a cohort at: `wanted`, else the one that its submissions name, else the default.

    Raises:
        UsageError: they name several.
    """
    if wanted is not None:
        return wanted
    found: dict[str | None, Path] = {}
    for path in paths:
        # What is wrong with a submission is reported when it is that one's turn.
        with contextlib.suppress(UsageError):
            file = _level_file(path, assignment)
            level = None if file is None else parse_level(read_file(file), file, assignment)
            found.setdefault(level, file or path)
    if len(found) > 1 and None in found:
        # One candidate's file must not choose the level of all who have none.
        raise UsageError(f"{found[None]} does not say its level, and others do; give --level")
    if len(found) > 1:
        levels = ", ".join(f"{level} ({file})" for level, file in sorted(found.items(), key=str))
        raise UsageError(f"the submissions are of several levels: {levels}; make a cohort of each level")
    return next(iter(found), None) or assignment.manifest.default_level


def _level_file(path: Path, assignment: Assignment) -> Path | None:
    """Return the file in which a submission names its level, if it has one; raise UsageError if it has two."""
    root, _ = locate(path, assignment.manifest.source)
    names = () if root is None else (ROOM_FILE, level_file(assignment))
    files = [path_of for name in names if root is not None and os.path.lexists(path_of := root / name)]
    if len(files) > 1:
        raise UsageError(f"{files[0]} and {files[1]}: both name a level; remove the one that was not handed out")
    return files[0] if files else None
