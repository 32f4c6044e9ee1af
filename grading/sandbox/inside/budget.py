"""The time that one call may use, and the watch over it: only what the candidate's own code uses is counted.

CPU time is limited by the kernel (RLIMIT_CPU). Code that sleeps, waits for a lock or is stopped uses none, so its
idle time is limited as well. A process that is runnable but gets no CPU waits for the machine: that counts as neither.

The watch looks at the states of the call's threads at random moments. Source: the manual page proc_pid_stat(5). These
states are there on every kernel; the waiting times in /proc/pid/schedstat are not.
"""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# Seconds between two looks, on average.
_PAUSE = 0.05
# With thousands of threads a look takes long: it may take this share of the time at most.
_LOOKING = 0.1
# Running or runnable, and waiting for the disk: the machine's time.
_BUSY_STATES = (b"R", b"D")


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """The most that one call may use."""

    cpu_seconds: int  # of all threads together; RLIMIT_CPU takes whole seconds
    idle_seconds: float

    def share(self, fraction: float) -> Self:
        """Return a smaller budget, of at least a second of CPU time."""
        cpu_seconds = max(1, round(self.cpu_seconds * fraction))
        return type(self)(cpu_seconds=cpu_seconds, idle_seconds=self.idle_seconds * fraction)


class IdleWatch:
    """Adds up the time for which a process was idle: every thread asleep, waiting for another one, or stopped."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.idle_seconds = 0.0
        self.pause = self._draw(_PAUSE)

    def look(self) -> None:
        """Look once; the caller has waited for `pause` seconds since the last time.

        An idle process is charged with that pause, not with the time since: on a busy machine the watch itself comes
        late, and that is not the candidate's doing.
        """
        started = time.monotonic()
        if not is_busy(self._pid):
            self.idle_seconds += self.pause
        self.pause = self._draw(max(_PAUSE, (time.monotonic() - started) / _LOOKING))

    @staticmethod
    def _draw(mean: float) -> float:
        # Not from `random`, whose state the candidate's process inherits: it could be busy at just these moments.
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
