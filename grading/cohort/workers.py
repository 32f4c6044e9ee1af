"""Starts and stops the workers that grade a cohort: processes of this machine, or Dask workers on others.

Ctrl-C in a terminal reaches every process of the foreground group. Here only the main process handles it: it stops the
others at once, whatever they are doing.
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
    """Return the workers to grade on.

    Args:
        scheduler: address of a Dask scheduler; None: grade on this machine.
        jobs: number of processes on this machine; None: one per core.

    Raises:
        UsageError: both are given, the scheduler does not answer, or Dask is not installed.
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
        """Do nothing: a pool detects the loss of a process itself."""

    @contextlib.contextmanager
    def executor(self, count: int) -> Iterator[Executor]:
        """Start processes as needed, up to `count`, with a folder for temporary files that is removed with them."""
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
    """Starts its processes with Ctrl-C blocked, since it may arrive before they can ignore it."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit a task, which may start a process."""
        with _interrupt_held_back():
            return super().submit(fn, *args, **kwargs)


@contextlib.contextmanager
def _interrupt_held_back() -> Iterator[None]:
    """Deliver a Ctrl-C only at the end of the context, so that no process is half started."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal came
        came = True

    handler = signal.signal(signal.SIGINT, note)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # new processes inherit the mask
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def start_worker(scratch: str) -> None:
    """Prepare a worker process: it ends with its parent, keeps its files in `scratch` and ignores Ctrl-C.

    A pool's process holds both ends of its queue, so it would wait forever for work from a killed parent.
    """
    os.setpgrp()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # also discards a blocked one
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    # Child processes must not inherit this: candidate code runs as in `grade`.
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

    The scheduler itself reruns tasks of a lost worker, and gives up a task that was on several lost workers
    (`distributed.scheduler.allowed-failures`). Tasks that only waited on the same workers may be given up too.
    """

    def __init__(self, client: "Client") -> None:
        from distributed.scheduler import KilledWorker

        self.lost: tuple[type[Exception], ...] = (KilledWorker,)
        self._client = client
        self.count = self._threads()
        self._missing = False

    def check(self) -> None:
        """Raise GradingError if there was no worker twice in a row: Dask would wait for one forever."""
        before, self._missing = self._missing, not self._threads()
        if before and self._missing:
            raise GradingError(
                "the Dask cluster has lost all its workers; start some and run the same command again to resume"
            )

    def _threads(self) -> int:
        try:
            return sum(self._client.nthreads().values())  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError) as error:
            raise GradingError(
                f"the Dask scheduler does not answer: {error}; run the same command again to resume"
            ) from None

    @contextlib.contextmanager
    def executor(self, count: int) -> Iterator[Executor]:  # noqa: ARG002 - the cluster's size is fixed
        """Return an executor on all workers; a job runs alone if it is the only one submitted."""
        executor = _DaskExecutor(self._client)
        try:
            yield executor
        except BaseException:
            executor.cancel()
            raise


class _DaskExecutor(Executor):
    """Submits to a Dask cluster.

    Dask's own executor (`Client.get_executor`) never completes a future whose task is given up while
    its result is fetched again from another worker, which happens next to a task that kills workers.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._futures: set[distributed.Future[Any]] = set()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit a task."""
        local: Future[T] = Future()

        def finish(remote: "distributed.Future[T]") -> None:
            """Pass on the result; runs in a Dask thread."""
            try:
                local.set_result(remote.result())
            except BaseException as error:  # noqa: BLE001 - the caller waits for the result
                local.set_exception(error)
            finally:
                self._futures.discard(remote)

        if not self._connected:
            raise GradingError("the connection to the Dask scheduler is lost; run the same command again to resume")
        # Not pure: a retry of the same submission must not return a cached result.
        remote = self._client.submit(fn, *args, pure=False, **kwargs)
        self._futures.add(remote)
        remote.add_done_callback(finish)  # type: ignore[no-untyped-call]
        return local

    def cancel(self) -> None:
        """Cancel all tasks that have not ended."""
        if self._connected:
            self._client.cancel(list(self._futures))  # type: ignore[no-untyped-call]

    @property
    def _connected(self) -> bool:
        return self._client.status not in ("closing", "closed")


@contextlib.contextmanager
def stop_on_first_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt at the first Ctrl-C and ignore later ones, since stopping takes only a moment.

    They stay ignored after an interruption because the process is about to end.
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
