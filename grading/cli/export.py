"""`export` converts grades to the formats of other tools."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from grading.cli.options import ROOT, expect_file, path_argument, path_option
from grading.content.load import Assignment
from grading.errors import UsageError
from grading.files import write_atomically


def export(
    grades: Annotated[list[Path], path_argument("GRADE", "A grade.json; csv accepts several.")],
    *,
    format: Annotated[  # noqa: A002 - the option's name
        Literal["gradescope", "junit", "csv"],
        typer.Option(
            help="gradescope: results.json, safe for candidates; junit: XML, names hidden tests; csv: one row a grade."
        ),
    ],
    out: Annotated[Path | None, path_option("FILE", "Where to write (default: standard output).")] = None,
) -> None:
    """Convert grade.json to Gradescope, JUnit or CSV.

    Example: grading export build/cohort/*/grade.json --format csv --out grades.csv
    """
    from grading.render.exports import to_csv, to_gradescope, to_junit
    from grading.scoring.grade import read_grade

    read = [read_grade(path) for path in grades]
    if format != "csv" and len(read) > 1:
        raise UsageError(f"--format {format}: accepts exactly one grade.json; use csv for several")
    match format:
        case "gradescope":
            text = to_gradescope(read[0], Assignment(ROOT).mistake)
        case "junit":
            text = to_junit(read[0])
        case "csv":
            text = to_csv(read)
    if out is None:
        print(text, end="")
        return
    if not out.parent.is_dir():
        raise UsageError(f"{out.parent}: is not a directory; create it, or use another --out")
    expect_file(out)
    write_atomically({out: text})
