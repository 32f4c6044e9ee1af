"""Writes what a candidate gets: a room, or the open flow's handout in this checkout."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from grading.content.load import Assignment
from grading.errors import UsageError, reason
from grading.handout.templates import SHARED_FILES, Renderer, handout

_TEMPLATE = Path(__file__).parent.parent / "rooms" / "template"


def publish(assignment: Assignment, level: str, folder: Path, *, torch_index: str = "") -> list[str]:
    """Write a room: the repository that a candidate forks. Return the names of its files.

    Args:
        assignment: what to publish.
        level: for whom.
        folder: where to; made if it is not there.
        torch_index: address of a package index with torch's CPU builds, for the room's workflow.

    Raises:
        UsageError: there is no such level, or `folder` holds something already.
    """
    room = {path.relative_to(_TEMPLATE).as_posix(): path for path in sorted(_TEMPLATE.rglob("*")) if path.is_file()}
    sources = room | {to: assignment.root / name for name, to in SHARED_FILES.items()}
    render = Renderer(assignment, level, "room", torch_index)
    files = {name: render(path, name) for name, path in sources.items()} | dict(handout(assignment, level, "room"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder}: is not empty; give a folder that is, or is not there yet")
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
