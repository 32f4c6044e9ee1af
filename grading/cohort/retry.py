"""Runs jobs on workers that may die, and finds the job that kills its worker."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager
from typing import Final, Generic, Protocol, TypeVar

from grading.errors import GradingError

# Queued jobs per worker: enough to keep the workers busy, few enough to limit memory.
_AHEAD: Final = 3
_CHECK_SECONDS: Final = 30.0
T = TypeVar("T")
JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")


class Workers(Protocol):
    """The workers that run jobs: processes on this machine, or a Dask cluster."""

    @property
    def count(self) -> int:
        """Number of jobs that run in parallel."""
        ...

    @property
    def lost(self) -> tuple[type[Exception], ...]:
        """Exception types that a job's future raises if its worker died."""
        ...

    def executor(self, count: int) -> AbstractContextManager[Executor]:
        """Start workers, `count` of them if the number can be chosen. An exception inside stops them at once."""
        ...

    def check(self) -> None:
        """Raise GradingError if no worker is left; called from time to time."""
        ...


class WorkerLostError(GradingError):
    """A worker died while it ran one job and nothing else was running."""

    def __init__(self) -> None:
        super().__init__(
            "its worker died twice, the second time with nothing else running; grade this submission alone with `grade`"
        )


class RetryAlone(Generic[JobT, ResultT]):
    """Runs jobs in parallel; after a worker died, runs each suspect alone and gives up one that kills its worker again.

    A dead worker does not report which job killed it, and a broken pool fails every job that it
    holds, running or queued. All of these are suspects. Each suspect then runs alone, so if a worker dies again,
    that job is the cause. The other suspects get their results, and the remaining jobs run in parallel again.
    """

    def __init__(self, task: Callable[[JobT], ResultT], workers: Workers) -> None:
        self._task = task
        self._workers = workers

    def run(self, jobs: Iterable[JobT]) -> Generator[tuple[JobT, ResultT | Exception]]:
        """Yield each job with its result or its exception, in the order in which they end.

        Args:
            jobs: consumed lazily, only far enough ahead to keep the workers busy.

        Raises:
            GradingError: workers die before they get a job.
        """
        rest = iter(jobs)
        while suspects := (yield from self._run_in_parallel(rest)):
            yield from self._run_alone(suspects)

    def _run_in_parallel(
        self, jobs: Iterator[JobT]
    ) -> Generator[tuple[JobT, ResultT | Exception], None, Sequence[JobT]]:
        """Run jobs until a worker dies or no job is left; return the jobs that may have killed it."""
        suspects: list[JobT] = []
        running: dict[Future[ResultT], JobT] = {}
        with self._workers.executor(self._workers.count) as executor:
            while True:
                while not suspects and len(running) < self._workers.count * _AHEAD:
                    job = next(jobs, None)
                    if job is None:
                        break
                    try:
                        running[executor.submit(self._task, job)] = job
                    except BrokenExecutor:
                        suspects.append(job)
                if not running:
                    return suspects
                for future in self._wait(running):
                    job = running.pop(future)
                    try:
                        result: ResultT | Exception = future.result()
                    except self._workers.lost:
                        suspects.append(job)
                        continue
                    except Exception as error:  # noqa: BLE001 - one bad job must not stop the rest
                        result = error
                    yield job, result

    def _run_alone(self, suspects: Iterable[JobT]) -> Iterator[tuple[JobT, ResultT | Exception]]:
        """Run each suspect alone; give it up if a fresh worker dies of it."""
        waiting = deque(suspects)
        while waiting:
            with self._workers.executor(1) as executor:
                self._check_workers_start(executor)
                fresh = True
                while waiting:
                    try:
                        result: ResultT | Exception = self._result(executor.submit(self._task, waiting[0]))
                    except self._workers.lost:
                        if not fresh:  # an earlier job may be the cause: retry in a new worker
                            break
                        yield waiting.popleft(), WorkerLostError()
                        break
                    except Exception as error:  # noqa: BLE001 - one bad job must not stop the rest
                        result = error
                    fresh = False
                    yield waiting.popleft(), result

    def _result(self, future: Future[T]) -> T:
        self._wait([future])
        return future.result()

    def _wait(self, futures: Iterable[Future[T]]) -> set[Future[T]]:
        """Return the futures that have ended, at least one of them."""
        while not (ended := wait(futures, timeout=_CHECK_SECONDS, return_when=FIRST_COMPLETED).done):
            self._workers.check()
        return ended

    def _check_workers_start(self, executor: Executor) -> None:
        """Raise if workers die without a job: then no job is the cause."""
        try:
            self._result(executor.submit(_no_op))
        except self._workers.lost as error:
            raise GradingError(f"workers die before they get a submission ({error}); see their output above") from None


def _no_op() -> None:
    """Do nothing: the job that checks whether workers start."""
