"""A busy machine: processes that compete for CPU time."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

# Ends with the test process, however that ends.
_SPIN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"


@contextlib.contextmanager
def busy_processes(number: int = 8) -> Iterator[None]:
    """Keep so many processes busy, on the CPUs that the caller may use."""
    # Each in a session of its own: the kernel may share the CPU out among sessions (CONFIG_SCHED_AUTOGROUP).
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
    """Let what is started meanwhile run on one CPU only, so that it competes whatever machine this is."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
