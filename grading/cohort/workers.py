"""Starts and stops what a cohort's submissions are graded on: processes of this machine, or Dask's workers on others.

Ctrl-C in a terminal reaches every process of the foreground group. Here only the main process takes it: it stops the
others, at once and whatever they are doing, so that nothing has to be waited for.
"""

import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from types import FrameType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from grading.cohort.retry import Workers
from grading.errors import GradingError, UsageError

if TYPE_CHECKING:
    import distributed
    from distributed import Client

P = ParamSpec("P")
T = TypeVar("T")


def find_workers(scheduler: str | None, jobs: int | None) -> Workers:
    """Return where to grade.

    Args:
        scheduler: address of a Dask scheduler; None: on this machine.
        jobs: how many at a time on this machine; None: one for each core.

    Raises:
        UsageError: there is both, the scheduler does not answer, or Dask is not installed.
    """
    if scheduler is None:
        return Processes(jobs or os.cpu_count() or 1)
    if jobs is not None:
        raise UsageError("cohort: --jobs has no effect with --scheduler; remove one of them")
    return _dask(scheduler)


class Processes:
    """Worker processes of this machine."""

    lost = (BrokenExecutor,)

    def __init__(self, count: int) -> None:
        self.count = count

    def check(self) -> None:
        """Do nothing: a pool notices for itself when a process of it is gone."""

    @contextlib.contextmanager
    def executor(self, count: int) -> Iterator[Executor]:
        """Start processes as they are needed, up to `count`, with a folder for temporary files that goes with them."""
        others = set(multiprocessing.active_children())
        with tempfile.TemporaryDirectory(prefix="grading-cohort-", ignore_cleanup_errors=True) as scratch:
            context = multiprocessing.get_context("spawn")
            pool = _Pool(count, mp_context=context, initializer=start_worker, initargs=(scratch,))
            try:
                yield pool
                pool.shutdown()
            except BaseException:
                for process in set(multiprocessing.active_children()) - others:
                    process.kill()
                pool.shutdown(cancel_futures=True)
                raise


class _Pool(ProcessPoolExecutor):
    """Starts its processes with Ctrl-C blocked: it may come before they can say that they want none."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit a task; a process may be started for it."""
        with _interrupt_held_back():
            return super().submit(fn, *args, **kwargs)


@contextlib.contextmanager
def _interrupt_held_back() -> Iterator[None]:
    """Deliver a Ctrl-C that comes meanwhile at the end: no process is started by half."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal came
        came = True

    handler = signal.signal(signal.SIGINT, note)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # which new processes inherit
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def start_worker(scratch: str) -> None:
    """Prepare a worker process: it ends with its parent, keeps its files in `scratch` and sees no Ctrl-C.

    A pool's process holds both ends of its queue, and would wait for ever for work from a parent that was killed.
    """
    os.setpgrp()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which also drops one that is blocked
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    # What it starts must not inherit this: candidate code runs as in `grade`.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tempfile.tempdir = scratch
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel, scratch), daemon=True).start()


def _end_with(sentinel: int, scratch: str) -> None:
    wait([sentinel])
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def _dask(scheduler: str) -> "DaskWorkers":
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("--scheduler needs Dask: pip install distributed") from None
    try:
        client = Client(scheduler, timeout="10s")  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"--scheduler {scheduler}: does not answer: {error}") from None
    workers = DaskWorkers(client)
    if not workers.count:
        raise UsageError(f"--scheduler {scheduler}: has no workers; start some with `dask worker {scheduler}`")
    return workers


class DaskWorkers:
    """The workers of a Dask cluster.

    The scheduler itself repeats what was lost with a worker, and gives up a task that was on several lost ones
    (`distributed.scheduler.allowed-failures`). Others that waited on the same workers may be among them.
    """

    def __init__(self, client: "Client") -> None:
        from distributed.scheduler import KilledWorker

        self.lost: tuple[type[Exception], ...] = (KilledWorker,)
        self._client = client
        self.count = self._threads()
        self._missing = False

    def check(self) -> None:
        """Raise GradingError if there was no worker twice in a row: Dask would wait for one for ever."""
        before, self._missing = self._missing, not self._threads()
        if before and self._missing:
            raise GradingError("the Dask cluster has lost all its workers: start some, and run it again for the rest")

    def _threads(self) -> int:
        try:
            return sum(self._client.nthreads().values())  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError) as error:
            raise GradingError(f"the Dask scheduler does not answer: {error}; run it again for the rest") from None

    @contextlib.contextmanager
    def executor(self, count: int) -> Iterator[Executor]:  # noqa: ARG002 - the cluster has the workers that it has
        """Return an executor on all workers: what runs alone there is alone by being submitted alone."""
        executor = _DaskExecutor(self._client)
        try:
            yield executor
        except BaseException:
            executor.cancel()
            raise


class _DaskExecutor(Executor):
    """Submits to a Dask cluster.

    Dask's own executor (`Client.get_executor`) leaves a future without a result for ever if the task is given up while
    its result is fetched again from another worker, which is what happens beside a task that kills workers.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._futures: set[distributed.Future[Any]] = set()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit a task."""
        local: Future[T] = Future()

        def finish(remote: "distributed.Future[T]") -> None:
            """Hand on the result; runs in a thread of Dask's."""
            try:
                local.set_result(remote.result())
            except BaseException as error:  # noqa: BLE001 - whatever it is, somebody waits for it
                local.set_exception(error)
            finally:
                self._futures.discard(remote)

        if not self._connected:
            raise GradingError("the connection to the Dask scheduler is lost; run it again for the rest")
        # Not pure: the same submission graded again must not be taken from a cache of its first try.
        remote = self._client.submit(fn, *args, pure=False, **kwargs)
        self._futures.add(remote)
        remote.add_done_callback(finish)  # type: ignore[no-untyped-call]
        return local

    def cancel(self) -> None:
        """Cancel what has not ended."""
        if self._connected:
            self._client.cancel(list(self._futures))  # type: ignore[no-untyped-call]

    @property
    def _connected(self) -> bool:
        return self._client.status not in ("closing", "closed")


@contextlib.contextmanager
def stop_on_first_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt at the first Ctrl-C and ignore all later ones: stopping takes no longer than a moment.

    They stay ignored after an interruption, for the process is about to end.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is stop:
            signal.signal(signal.SIGINT, before)
