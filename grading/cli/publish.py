"""`publish` writes the repository that a candidate gets."""

from pathlib import Path
from typing import Annotated

import typer

from grading.cli.options import ROOT, level_option, path_argument
from grading.content.load import Assignment
from grading.errors import UsageError


def publish(
    folder: Annotated[Path | None, path_argument("DIR", "Where to write: a new or empty directory.")] = None,
    *,
    level: Annotated[str | None, level_option("Level to publish (default: the assignment's default).")] = None,
    torch_index: Annotated[
        str, typer.Option(metavar="URL", help="Package index with CPU builds of torch, for the repository's workflow.")
    ] = "",
    in_place: Annotated[
        bool,
        typer.Option("--in-place", help="Regenerate this checkout's own assignment/ from its templates instead."),
    ] = False,
) -> None:
    """Write the repository that a candidate forks.

    Example: grading publish --level LEVEL build/room
    """
    from grading.handout.publish import publish as write_room
    from grading.handout.publish import refresh

    if in_place == (folder is not None):
        raise UsageError("publish: give either DIR, the directory to write, or --in-place")
    assignment = Assignment(ROOT)
    level = level or assignment.manifest.default_level
    if folder is None:
        print(f"{assignment.root}: wrote {', '.join(refresh(assignment, level))}")
        return
    names = write_room(assignment, level, folder, package_index=torch_index)
    print(f"{folder}: {len(names)} files for level {level}; push it as a repository of its own, or use 'room create'")
