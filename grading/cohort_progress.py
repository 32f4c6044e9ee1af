"""Where a cohort's work goes, and how its progress is shown."""

import contextlib
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grading.cohort import MakeExecutor, Row, Tell
from grading.errors import UsageError


def executors(scheduler: str | None, jobs: int | None) -> tuple[int, MakeExecutor]:
    """Return how many tasks run at a time, and what makes their executor.

    Raises:
        UsageError: the scheduler does not answer, or Dask is not installed.
    """
    if scheduler is None:
        workers = jobs or os.cpu_count() or 1
        if workers < 1:
            raise UsageError(f"--jobs {workers}: at least one, please")
        context = multiprocessing.get_context("spawn")
        return workers, lambda: ProcessPoolExecutor(workers, mp_context=context, initializer=end_with_parent)
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--scheduler needs Dask: pip install distributed") from None
    try:
        client = Client(scheduler, timeout="10s")  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"--scheduler {scheduler}: does not answer: {error}") from None
    threads = sum(client.nthreads().values())  # type: ignore[no-untyped-call]
    if not threads:
        raise UsageError(f"--scheduler {scheduler}: has no workers; start some with `dask worker {scheduler}`")
    # The same submission graded again, when a worker was lost, must not be taken from a cache of its first try.
    return threads, lambda: client.get_executor(pure=False, retries=2)  # type: ignore[no-untyped-call]


def end_with_parent() -> None:
    """End this process when the one that started it does.

    A pool's process holds both ends of its queue, and would wait for ever for work from a parent that was killed.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for, args=(parent.sentinel,), daemon=True).start()


def _wait_for(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@contextlib.contextmanager
def watch(total: int) -> Iterator[Tell]:
    """Show a bar in a terminal, and lines elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda row, done, of: print(f"[{done}/{of}] {_line(row)}", file=sys.stderr, flush=True)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("grading", total=total)

        def tell(row: Row, done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)
            progress.console.print(_line(row), markup=False, highlight=False)

        yield tell


def _line(row: Row) -> str:
    return f"{row.name}: {row.problem}" if row.problem else f"{row.name}: {row.automatic:g}, {row.verdict}"
