"""The time budget of a call and the watch over it: only time used by the candidate's own code counts.

CPU time is limited by the kernel (RLIMIT_CPU). Code that sleeps, waits for a lock or is stopped uses none, so its
idle time is limited as well. A process that is runnable but gets no CPU counts as neither.

The watch samples the states of the call's threads at random moments. Source: the manual page proc_pid_stat(5). These
states exist on every kernel; the waiting times in /proc/pid/schedstat do not.
"""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# Mean seconds between two samples.
_PAUSE = 0.05
# With thousands of threads a sample takes long: it may take at most this share of the time.
_LOOKING = 0.1
# Running or runnable, and waiting for the disk.
_BUSY_STATES = (b"R", b"D")


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """The limits of one call's time."""

    cpu_seconds: int  # sum over all threads; RLIMIT_CPU takes whole seconds
    idle_seconds: float

    def share(self, fraction: float) -> Self:
        """Return a fraction of the budget, with at least one second of CPU time."""
        cpu_seconds = max(1, round(self.cpu_seconds * fraction))
        return type(self)(cpu_seconds=cpu_seconds, idle_seconds=self.idle_seconds * fraction)


class IdleWatch:
    """Adds up the time for which a process was idle: every thread asleep, waiting for another one, or stopped."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.idle_seconds = 0.0
        self.pause = self._draw(_PAUSE)

    def look(self) -> None:
        """Take one sample; the caller has waited for `pause` seconds since the last one.

        An idle process is charged that pause, not the elapsed time: on a busy machine the watch itself is
        delayed, which the candidate must not pay for.
        """
        started = time.monotonic()
        if not is_busy(self._pid):
            self.idle_seconds += self.pause
        self.pause = self._draw(max(_PAUSE, (time.monotonic() - started) / _LOOKING))

    @staticmethod
    def _draw(mean: float) -> float:
        # Not from `random`: the candidate's process inherits its state and would know the samples in advance.
        return mean * (0.5 + int.from_bytes(os.urandom(2)) / 0xFFFF)


def is_busy(pid: int) -> bool:
    """Return whether any thread of a process runs, is ready to run, or waits for the disk."""
    with contextlib.suppress(OSError):  # it has ended
        return any(_state(thread) in _BUSY_STATES for thread in Path(f"/proc/{pid}/task").iterdir())
    return False


def _state(thread: Path) -> bytes:
    with contextlib.suppress(OSError):  # it has ended
        return (thread / "stat").read_bytes().rpartition(b")")[2].split()[0]
    return b""
