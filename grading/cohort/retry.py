"""Runs jobs on workers that may die, and finds out which job a worker dies of."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager
from typing import Final, Generic, Protocol, TypeVar

from grading.errors import GradingError

# Jobs that wait in an executor, for each of its workers: enough to keep them busy, few enough to stay small.
_AHEAD: Final = 3
_CHECK_SECONDS: Final = 30.0
T = TypeVar("T")
JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")


class Workers(Protocol):
    """Where jobs run: processes of this machine, or the workers of a Dask cluster."""

    @property
    def count(self) -> int:
        """How many jobs run at a time."""
        ...

    @property
    def lost(self) -> tuple[type[Exception], ...]:
        """What a job's future raises if its worker died."""
        ...

    def executor(self, count: int) -> AbstractContextManager[Executor]:
        """Start workers, `count` of them where that can be chosen. Leaving by an exception stops them at once."""
        ...

    def check(self) -> None:
        """Raise GradingError if nothing can come any more, for there is nobody to do it; asked now and then."""
        ...


class WorkerLostError(GradingError):
    """A worker died while it ran one job and nothing else was running."""

    def __init__(self) -> None:
        super().__init__("its worker died, also when it ran alone; run it again by itself with `grade`")


class RetryAlone(Generic[JobT, ResultT]):
    """Runs jobs side by side; after a worker died, runs each suspect alone and gives up only the one that kills again.

    A worker that dies does not say what it died of, and it takes others with it: a broken pool fails every job that it
    holds, running or queued. All of these are suspects. Nothing else runs beside a suspect, so if a worker dies then,
    it died of that job. The other suspects get their results, and the rest goes on side by side.
    """

    def __init__(self, task: Callable[[JobT], ResultT], workers: Workers) -> None:
        self._task = task
        self._workers = workers

    def run(self, jobs: Iterable[JobT]) -> Generator[tuple[JobT, ResultT | Exception]]:
        """Yield each job with its result, or with what it raised, as they come.

        Args:
            jobs: read only as far ahead as keeps the workers busy.

        Raises:
            GradingError: workers die before they get a job.
        """
        rest = iter(jobs)
        while suspects := (yield from self._side_by_side(rest)):
            yield from self._alone(suspects)

    def _side_by_side(self, jobs: Iterator[JobT]) -> Generator[tuple[JobT, ResultT | Exception], None, Sequence[JobT]]:
        """Run jobs until a worker dies or there are no more; return those that it may have died of."""
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

    def _alone(self, suspects: Iterable[JobT]) -> Iterator[tuple[JobT, ResultT | Exception]]:
        """Run each suspect with nothing beside it; give up the one whose worker dies before it has done another."""
        waiting = deque(suspects)
        while waiting:
            with self._workers.executor(1) as executor:
                self._expect_a_worker(executor)
                fresh = True
                while waiting:
                    try:
                        result: ResultT | Exception = self._result(executor.submit(self._task, waiting[0]))
                    except self._workers.lost:
                        if not fresh:  # it may have died of the one before: once more, in a new one
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

    def _expect_a_worker(self, executor: Executor) -> None:
        """Raise if workers die that have no job: then no job is the cause."""
        try:
            self._result(executor.submit(_nothing))
        except self._workers.lost as error:
            raise GradingError(f"workers die before they get a submission ({error}); see what they printed") from None


def _nothing() -> None:
    """Do nothing: what a worker can do that works at all."""
