"""The level of a submission, from a room's `room.toml`, or from `level.toml` next to the module in the open flow."""

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

# A room's file has about 100 bytes. A candidate can write a costly one: a key in 50,000 parts takes tomllib 80 s,
# measured.
_MOST_BYTES = 4096


class _LevelFile(Struct, forbid_unknown_fields=True):
    level: str


def parse_level(content: bytes, where: object, assignment: Assignment) -> str:
    """Return the level in a file; raise UsageError unless the level has a rubric."""
    if len(content) > _MOST_BYTES:
        raise UsageError(f"{where}: {len(content)} bytes, expected at most {_MOST_BYTES}, with a line `level = …`")
    try:
        level = msgspec.toml.decode(content, type=_LevelFile).level
    except (ValueError, RecursionError) as error:  # too many digits, or nested brackets
        raise UsageError(f"{where}: {error}") from None
    if level not in assignment.levels:
        raise UsageError(
            f"{where}: level {level!r} has no rubric; levels with a rubric: {', '.join(assignment.levels)}"
        )
    return level


def level_to_grade(path: Path, assignment: Assignment, wanted: str | None) -> str:
    """Return the level to grade a submission at: its own level, else `wanted`, else the default.

    Raises:
        UsageError: there is no submission at `path`, or its level is not `wanted`.
    """
    locate(path, assignment.manifest.source)
    try:
        file = _level_file(path, assignment)
        if file is None:
            return wanted or assignment.manifest.default_level
        level = parse_level(read_file(file), file, assignment)
    except UsageError as error:
        # The file is untrusted: with --level, grading is still possible.
        if wanted is None:
            raise UsageError(f"{error}; correct that file, or use --level") from None
        return wanted
    if wanted not in (None, level):
        raise UsageError(f"--level {wanted}: {file} has level {level}; omit --level, or correct that file")
    return level


def level_of_all(paths: Iterable[Path], assignment: Assignment, wanted: str | None) -> str:
    """Return the level to grade a cohort at: `wanted`, else the submissions' level, else the default.

    Raises:
        UsageError: the submissions have different levels.
    """
    if wanted is not None:
        return wanted
    found: dict[str | None, Path] = {}
    for path in paths:
        # Errors of a submission are reported when it is graded.
        with contextlib.suppress(UsageError):
            file = _level_file(path, assignment)
            level = None if file is None else parse_level(read_file(file), file, assignment)
            found.setdefault(level, file or path)
    if len(found) > 1 and None in found:
        # One candidate's file must not set the level of submissions without one.
        raise UsageError(f"{found[None]} has no level, but other submissions have one; use --level")
    if len(found) > 1:
        levels = ", ".join(f"{level} ({file})" for level, file in sorted(found.items(), key=str))
        raise UsageError(f"the submissions are of several levels: {levels}; grade each level as a separate cohort")
    return next(iter(found), None) or assignment.manifest.default_level


def _level_file(path: Path, assignment: Assignment) -> Path | None:
    """Return the file with a submission's level, None if there is none; raise UsageError if there are two."""
    root, _ = locate(path, assignment.manifest.source)
    names = () if root is None else (ROOM_FILE, level_file(assignment))
    files = [path_of for name in names if root is not None and os.path.lexists(path_of := root / name)]
    if len(files) > 1:
        raise UsageError(f"{files[0]} and {files[1]}: both set a level; remove the file that was not handed out")
    return files[0] if files else None
