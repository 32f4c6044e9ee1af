"""Limits the time that the trusted side takes to judge one result."""

import contextlib
import signal
import threading
from collections.abc import Iterator

# CPU time of this process that one hidden test may use to judge a result; correct solutions take milliseconds.
JUDGING_CPU_SECONDS = 60.0


class JudgingTimeout(Exception):  # noqa: N818 - a result, not an error of the grader
    """Judging a result took longer than a genuine observation needs."""


@contextlib.contextmanager
def judging_limit(seconds: float) -> Iterator[None]:
    """Raise JudgingTimeout inside the context after this process has used so much CPU time in it.

    Only the main thread receives the signal; in other threads only the bounds of the observations apply.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise JudgingTimeout

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
