"""Arguments shared by several commands, and their parsers. A parser's ValueError names expected and actual value.

Paths are parsed by `Path` itself: Typer's own parser checks the file and reports errors in its own wording.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from grading.content.load import Assignment
from grading.errors import UsageError

# The checkout that contains this package.
ROOT: Final = Path(__file__).resolve().parents[2]


def path_option(metavar: str, text: str) -> Any:
    """Return an option for a file or directory."""
    return typer.Option(metavar=metavar, parser=Path, help=text)


def path_argument(metavar: str, text: str) -> Any:
    """Return an argument for one or several files or directories."""
    return typer.Argument(metavar=metavar, parser=Path, help=text)


def expect_file(out: Path) -> None:
    """Raise UsageError if --out, which must name a file, is a directory."""
    if out.is_dir():
        raise UsageError(f"{out}: is a directory; --out must name a file")


def level_option(text: str) -> Any:
    """Return an option whose values are the levels that have a rubric."""
    return typer.Option(metavar="LEVEL", callback=_check_level, autocompletion=_levels, help=text)


def _levels() -> list[str]:
    return Assignment(ROOT).levels


def _check_level(level: str | None) -> str | None:
    if level is not None and level not in (levels := _levels()):
        raise typer.BadParameter(f"{level!r} has no rubric; levels with a rubric: {', '.join(levels)}")
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
    level_option("Rubric to grade with (default: the level in the submission, else the assignment's default)."),
]
ReviewSheet = Annotated[Path | None, path_option("FILE", "A filled-in review sheet.")]
ForAnyone = Annotated[
    bool,
    typer.Option("--for-anyone", help="Accept a sheet with another submission's name, for example from an interview."),
]
