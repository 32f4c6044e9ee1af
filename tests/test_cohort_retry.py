"""A worker that dies: only the submission that it died of is given up."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path
from typing import Any

import pytest

from grading.cohort.retry import RetryAlone, WorkerLostError
from grading.cohort.workers import DaskWorkers, Processes
from grading.errors import GradingError
from tests.tiny_cohort import FULL_POINTS, SOLUTION, cohort, make_checkout, table, write_files

KILLER = SOLUTION + "\n# kill the worker\n"
# Added to the grader of a checkout: candidate code cannot end a worker's process, so trusted code does it.
KILLING = """
_run_hidden_tests = run_hidden_tests


def run_hidden_tests(run, **options):
    if "# kill the worker" in run.submission.record.source:
        os.kill(os.getpid(), 9)
    _run_hidden_tests(run, **options)
"""


def square(number: int) -> int:
    """Return the square; a negative number kills the worker, and 13 raises."""
    if number < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 13:
        raise ValueError("unlucky")
    return number * number


def numbers(count: int, killers: tuple[int, ...]) -> list[int]:
    """Return as many different jobs, negative at the places of the killers."""
    return [-number if number - 1 in killers else number for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("workers", "killers"),
    [(1, (0,)), (1, (3, 4)), (2, (0,)), (2, (4,)), (2, (8,)), (2, (3, 4)), (2, (0, 8)), (3, (1, 6))],
)
def test_only_the_killer_is_given_up(workers: int, killers: tuple[int, ...]):
    """Wherever the killers stand and however many workers there are, every other job has its result, once."""
    jobs = numbers(9, killers)

    results = list(RetryAlone(square, Processes(workers)).run(jobs))

    assert sorted(job for job, _ in results) == sorted(jobs)
    for job, result in results:
        assert isinstance(result, WorkerLostError) if job < 0 else result == job * job


def test_a_job_that_raises_is_neither_repeated_nor_a_suspect():
    """An exception is a job's result."""
    results = dict(RetryAlone(square, Processes(2)).run([12, 13, 14]))

    assert (results[12], results[14]) == (144, 196)
    assert isinstance(results[13], ValueError)


def test_jobs_are_read_no_further_ahead_than_keeps_the_workers_busy():
    """A thousand submissions are not held in memory at once."""
    read = []

    def jobs() -> Iterator[int]:
        for number in range(1, 40):
            read.append(number)
            yield number

    for done, _ in enumerate(RetryAlone(square, Processes(2)).run(jobs())):
        assert len(read) <= done + 8


def die(_job: int) -> int:
    """Kill the worker."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_killers_alone_do_not_keep_the_run_from_ending():
    """If every job kills its worker, every job is given up."""
    results = list(RetryAlone(die, Processes(2)).run([1, 2, 3]))

    assert sorted(job for job, _ in results) == [1, 2, 3]
    assert {type(result) for _, result in results} == {WorkerLostError}


class Scripted(Executor):
    """Carries jobs out at once and in this process; breaks for good as its jobs demand."""

    def __init__(self, *, broken: bool) -> None:
        self._broken = broken

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> "Future[Any]":
        """Break at the job "kills", and after the job "kills later"."""
        future: Future[Any] = Future()
        self._broken |= args == ("kills",)
        if self._broken:
            future.set_exception(BrokenExecutor())
        else:
            future.set_result(fn(*args))
        self._broken |= args == ("kills later",)
        return future


class ScriptedWorkers:
    """Makes scripted executors."""

    count = 2
    lost = (BrokenExecutor,)

    def __init__(self, *, broken: bool = False) -> None:
        self._broken = broken

    def check(self) -> None:
        """Do nothing: whatever is submitted has ended."""

    @contextlib.contextmanager
    def executor(self, count: int) -> Iterator[Executor]:  # noqa: ARG002 - it has none
        """Return a new executor."""
        yield Scripted(broken=self._broken)


def test_a_worker_that_dies_after_a_job_is_not_charged_to_the_next():
    """A suspect is given up only if it was the first in its worker."""
    jobs = ["kills", "kills later", "innocent", "another"]

    results = dict(RetryAlone(len, ScriptedWorkers()).run(jobs))

    assert isinstance(results.pop("kills"), WorkerLostError)
    assert results == {"kills later": 11, "innocent": 8, "another": 7}


def test_workers_that_do_not_start_end_the_run():
    """No submission is blamed for a grader that cannot work: status 3, and no table full of failures."""
    with pytest.raises(GradingError, match="workers die before they get a submission"):
        list(RetryAlone(len, ScriptedWorkers(broken=True)).run(["a", "b"]))


@pytest.mark.parametrize(("jobs", "killers"), [(1, (2,)), (2, (0,)), (2, (7,)), (2, (3, 4)), (3, (1, 6))], ids=str)
def test_a_cohort_grades_everybody_else(jobs: int, killers: tuple[int, ...], tmp_path: Path):
    """The others have their scores, their folders and the page; the killer's line says what happened."""
    root = make_checkout(tmp_path / "checkout")
    with (root / "grading" / "pipeline.py").open("a", encoding="utf-8") as file:
        file.write(KILLING)
    sources = [(KILLER if place in killers else SOLUTION) + f"# {place}\n" for place in range(8)]
    paths = write_files(tmp_path / "handed-in", sources)

    done = cohort(root, *paths, "--out", tmp_path / "out", "--jobs", jobs)

    rows = table(tmp_path / "out")
    assert list(rows) == [path.stem for path in paths]
    for place, row in enumerate(rows.values()):
        if place in killers:
            assert row["problem"].startswith("the grader failed: WorkerLostError: its worker died"), row
            assert not (tmp_path / "out" / row["name"] / "grade.json").exists()
        else:
            assert (row["automatic"], row["problem"]) == (FULL_POINTS, ""), row
    assert done.returncode == 3
    assert f"{len(killers)} without a score" in (tmp_path / "out" / "cohort.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("killers", "workers"), [((3,), 3), ((0, 4), 5)])
def test_dask_gives_up_only_the_killer(killers: tuple[int, ...], workers: int):
    """Jobs that waited on the killer's worker get their results.

    The scheduler repeats nothing, and there are more workers than killers can end: Dask does not restart all of them.
    """
    import dask  # not above: each worker process of the other tests imports this module
    from distributed import Client, LocalCluster

    jobs = numbers(9, killers)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        results = list(RetryAlone(square, DaskWorkers(client)).run(jobs))

    assert sorted(job for job, _ in results) == sorted(jobs)
    for job, result in results:
        assert isinstance(result, WorkerLostError) if job < 0 else result == job * job


class ClientWithoutWorkers:
    """A Dask client whose cluster has a worker when it is first asked, and none afterwards."""

    def __init__(self) -> None:
        self._threads = [1, 0]

    def nthreads(self) -> dict[str, int]:
        """Return the workers' threads."""
        return {"tcp://there:1": self._threads.pop(0)} if self._threads else {}


def test_a_cluster_that_has_lost_all_workers_is_not_waited_for():
    """The second look in a row at a cluster without workers ends the run."""
    workers = DaskWorkers(ClientWithoutWorkers())  # type: ignore[arg-type]

    workers.check()
    with pytest.raises(GradingError, match="lost all its workers"):
        workers.check()
