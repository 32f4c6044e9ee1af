"""Writes the files that a candidate gets: a room, or the open flow's handout in this checkout."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from grading.content.load import Assignment
from grading.errors import UsageError, reason
from grading.handout.templates import Renderer, handout, room_sources


def publish(assignment: Assignment, level: str, folder: Path, *, package_index: str = "") -> list[str]:
    """Write a room: the repository that a candidate forks. Return the names of its files.

    Args:
        assignment: the assignment to publish.
        level: the level to publish.
        folder: where to write; created if it does not exist.
        package_index: URL of an additional package index that the room's workflow installs from.

    Raises:
        UsageError: there is no such level, or `folder` is not empty.
    """
    render = Renderer(assignment, level, "room", package_index=package_index)
    files = {name: render(path, name) for name, path in room_sources(assignment).items()}
    files |= handout(assignment, level, "room")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder}: is not empty; use an empty or new directory")
        _write(folder, files)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise UsageError(f"{folder}: cannot be written to: {reason(error)}") from None
    return sorted(files)


def refresh(assignment: Assignment, level: str) -> list[str]:
    """Write the handout of the open flow into this repository, and return the names of its files."""
    files = handout(assignment, level, "open")
    _write(assignment.root, files)
    return sorted(files)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
