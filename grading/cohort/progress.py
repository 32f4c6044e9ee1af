"""Shows a cohort's results as they arrive."""

import contextlib
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grading.cohort.run import OnResult
from grading.cohort.table import Row


@contextlib.contextmanager
def watch(total: int) -> Iterator[OnResult]:
    """Show a bar in a terminal, and lines elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda row, done, of: print(f"[{done}/{of}] {_line(row)}", file=sys.stderr, flush=True)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("grading", total=total)

        def show(row: Row, done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)
            progress.console.print(_line(row), markup=False, highlight=False)

        yield show


def _line(row: Row) -> str:
    return f"{row.name}: {row.problem}" if row.problem else f"{row.name}: {row.automatic:g}, {row.verdict}"
