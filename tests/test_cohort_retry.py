"""Tests of workers that die: only the submission that killed its worker gets no result."""

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
# Added to the grader of a checkout, because candidate code cannot end the process of a worker.
KILLING = """
import os

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
    """Return different jobs, negative at the positions of the killers."""
    return [-number if number - 1 in killers else number for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("workers", "killers"),
    [(1, (0,)), (1, (3, 4)), (2, (0,)), (2, (4,)), (2, (8,)), (2, (3, 4)), (2, (0, 8)), (3, (1, 6))],
)
def test_only_jobs_that_kill_their_worker_are_given_up(workers: int, killers: tuple[int, ...]):
    """Every job except those that kill their worker gets exactly one result, for any number of workers."""
    jobs = numbers(9, killers)

    results = list(RetryAlone(square, Processes(workers)).run(jobs))

    assert sorted(job for job, _ in results) == sorted(jobs)
    for job, result in results:
        assert isinstance(result, WorkerLostError) if job < 0 else result == job * job


def test_a_job_that_raises_is_not_repeated():
    """An exception is a job's result, and the job is not repeated."""
    results = dict(RetryAlone(square, Processes(2)).run([12, 13, 14]))

    assert (results[12], results[14]) == (144, 196)
    assert isinstance(results[13], ValueError)


def test_only_a_few_jobs_are_read_ahead():
    """Only a few jobs are read ahead, so a thousand submissions are not in memory at once."""
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


def test_a_run_ends_if_every_job_kills_its_worker():
    """A run ends even if every job kills its worker."""
    results = list(RetryAlone(die, Processes(2)).run([1, 2, 3]))

    assert sorted(job for job, _ in results) == [1, 2, 3]
    assert {type(result) for _, result in results} == {WorkerLostError}


class Scripted(Executor):
    """An executor that runs jobs at once in this process, and breaks permanently when a job demands it."""

    def __init__(self, *, broken: bool) -> None:
        self._broken = broken

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> "Future[Any]":
        """Run the job; break before the job "kills", and after the job "kills later"."""
        future: Future[Any] = Future()
        self._broken |= args == ("kills",)
        if self._broken:
            future.set_exception(BrokenExecutor())
        else:
            future.set_result(fn(*args))
        self._broken |= args == ("kills later",)
        return future


class ScriptedWorkers:
    """Creates scripted executors."""

    count = 2
    lost = (BrokenExecutor,)

    def __init__(self, *, broken: bool = False) -> None:
        self._broken = broken

    def check(self) -> None:
        """Do nothing, since every job has ended."""

    @contextlib.contextmanager
    def executor(self, count: int) -> Iterator[Executor]:  # noqa: ARG002 - part of the protocol
        """Yield a new executor."""
        yield Scripted(broken=self._broken)


def test_a_worker_that_dies_late_does_not_fail_the_next_job():
    """A job is given up only if it was the first in its worker, not if an earlier job killed the worker."""
    jobs = ["kills", "kills later", "innocent", "another"]

    results = dict(RetryAlone(len, ScriptedWorkers()).run(jobs))

    assert isinstance(results.pop("kills"), WorkerLostError)
    assert results == {"kills later": 11, "innocent": 8, "another": 7}


def test_workers_that_do_not_start_end_the_run():
    """If no worker starts, the run ends with an error instead of a failure for each submission."""
    with pytest.raises(GradingError, match="workers die before they get a submission"):
        list(RetryAlone(len, ScriptedWorkers(broken=True)).run(["a", "b"]))


@pytest.mark.parametrize(("jobs", "killers"), [(1, (2,)), (2, (0,)), (2, (7,)), (2, (3, 4)), (3, (1, 6))], ids=str)
def test_a_cohort_grades_all_other_submissions(jobs: int, killers: tuple[int, ...], tmp_path: Path):
    """If a submission kills its worker, the others get scores and pages, and its own row contains the failure."""
    root = make_checkout(tmp_path / "checkout")
    with (root / "grading" / "cohort" / "worker.py").open("a", encoding="utf-8") as file:
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
def test_dask_gives_up_only_jobs_that_kill_their_worker(killers: tuple[int, ...], workers: int):
    """With Dask, jobs that waited for the killed worker get their results.

    The scheduler is set to repeat no job. There are more workers than the killers can end, because Dask does not
    restart all of them.
    """
    import dask  # imported here, since each worker process of the other tests imports this module
    from distributed import Client, LocalCluster

    jobs = numbers(9, killers)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        results = list(RetryAlone(square, DaskWorkers(client)).run(jobs))

    assert sorted(job for job, _ in results) == sorted(jobs)
    for job, result in results:
        assert isinstance(result, WorkerLostError) if job < 0 else result == job * job


class ClientWithoutWorkers:
    """A Dask client whose cluster has a worker at the first request and none afterwards."""

    def __init__(self) -> None:
        self._threads = [1, 0]

    def nthreads(self) -> dict[str, int]:
        """Return the number of threads of each worker."""
        return {"tcp://there:1": self._threads.pop(0)} if self._threads else {}


def test_a_cluster_without_workers_ends_the_run():
    """A run with Dask ends after two checks in a row find no workers."""
    workers = DaskWorkers(ClientWithoutWorkers())  # type: ignore[arg-type]

    workers.check()
    with pytest.raises(GradingError, match="lost all its workers"):
        workers.check()
