"""Load the CPUs of this machine: processes that compete for CPU time."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

# The process ends when the test process does, for whatever reason.
_SPIN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"


@contextlib.contextmanager
def busy_processes(number: int = 8) -> Iterator[None]:
    """Keep `number` processes busy on the CPUs that the caller may use."""
    # Each process has a session of its own, since the kernel may divide CPU time among sessions
    # (CONFIG_SCHED_AUTOGROUP).
    processes = [
        subprocess.Popen([sys.executable, "-I", "-S", "-c", _SPIN], start_new_session=True) for _ in range(number)
    ]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@contextlib.contextmanager
def on_one_cpu() -> Iterator[None]:
    """Run processes that are started in this context on one CPU, so that they compete on any machine."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
