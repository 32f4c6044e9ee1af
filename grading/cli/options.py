"""Arguments that several commands have, and how they are read. A parser's ValueError says what was expected and found.

A path's parser is Path itself: Typer's own looks at the file, and has words of its own for one that cannot be read.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from grading.content.load import Assignment

# The checkout that this package is part of.
ROOT: Final = Path(__file__).resolve().parents[2]


def path_option(metavar: str, text: str) -> Any:
    """Return an option that names a file or a folder."""
    return typer.Option(metavar=metavar, parser=Path, help=text)


def path_argument(metavar: str, text: str) -> Any:
    """Return an argument that names a file or a folder, or several."""
    return typer.Argument(metavar=metavar, parser=Path, help=text)


def level_option(text: str) -> Any:
    """Return an option whose values are the levels that there is a rubric for."""
    return typer.Option(metavar="LEVEL", callback=_check_level, autocompletion=_levels, help=text)


def _levels() -> list[str]:
    return Assignment(ROOT).levels


def _check_level(level: str | None) -> str | None:
    if level is not None and level not in (levels := _levels()):
        raise typer.BadParameter(f"{level!r} has no rubric; there is one for: {', '.join(levels)}")
    return level


def whole_number(least: int) -> Callable[[str], int]:
    """Return a parser of whole numbers of at least `least`."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise ValueError(f"must be a whole number of at least {least}, got {text!r}")
        return number

    return parse


def amount(text: str) -> float:
    """Return an amount of money."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError(f"must be a number of at least 0, got {text!r}")
    return number


GradeLevel = Annotated[
    str | None,
    level_option("Rubric to grade with (default: the one that the submission names, else the assignment's default)."),
]
ReviewSheet = Annotated[Path | None, path_option("FILE", "A filled-in review sheet.")]
ForAnyone = Annotated[
    bool,
    typer.Option("--for-anyone", help="Accept a sheet that names somebody else, such as an interview's."),
]
