"""Tests of a call's budget: it limits CPU time and idle time, and does not depend on the load of the machine."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from grading.run.candidate import CandidateProxy
from grading.run.observations import Observation
from grading.sandbox.bubblewrap import Bubblewrap, Content
from grading.sandbox.calls import Call, Reply, Sandbox, Status, SubmittedCode
from grading.sandbox.inside.budget import Budget, IdleWatch, is_busy
from tests.attacks.conftest import FULL, HONEST, points
from tests.busy import busy_processes, on_one_cpu
from tests.conftest import Grade

SMALL = Budget(cpu_seconds=2, idle_seconds=1.0)


@pytest.fixture
def crowded(tiny: Content) -> Iterator[Sandbox]:
    """Start a sandbox that shares one CPU with eight busy processes."""
    with contextlib.ExitStack() as ended:
        with on_one_cpu():
            sandbox = Bubblewrap(tiny)
            ended.callback(sandbox.close)
            ended.enter_context(busy_processes())
        yield sandbox


@pytest.fixture(scope="module")
def tiny_sandbox(tiny: Content) -> Iterator[Sandbox]:
    """Start a sandbox of the tiny assignment."""
    sandbox = Bubblewrap(tiny)
    yield sandbox
    sandbox.close()


def call(sandbox: Sandbox, source: str, budget: Budget = SMALL) -> Reply:
    """Import a source in a sandbox."""
    code = SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": source.encode()})
    return sandbox.call(Call(code=code, probe="importing", inputs={}, budget=budget))


def test_waiting_for_a_cpu_is_not_charged(crowded: Sandbox):
    """A call that runs for twice its budget of wall time is answered, because it gets only a ninth of a CPU."""
    wall = 2 * (SMALL.cpu_seconds + SMALL.idle_seconds)

    reply = call(crowded, f"import time\nend = time.monotonic() + {wall}\nwhile time.monotonic() < end: pass")

    assert reply.status is Status.ANSWERED, reply.error


@pytest.mark.parametrize(
    ("source", "detail"),
    [
        ("while True: pass", "used 1 s of CPU time"),
        ("import time\ntime.sleep(1e6)", "idle for 0.5 s: asleep, deadlocked or stopped"),
    ],
    ids=["a loop", "a sleep"],
)
def test_a_hang_ends_on_a_busy_machine(source: str, detail: str, crowded: Sandbox):
    """On a busy machine, a hang ends by the budget that it used up, and a sleeping process counts as idle."""
    reply = call(crowded, source, Budget(cpu_seconds=1, idle_seconds=0.5))

    assert reply.status is Status.TIMED_OUT
    assert reply.error is not None and reply.error.detail == detail


CPU, IDLE = "used 1 s of CPU time", "idle for 0.5 s: asleep, deadlocked or stopped"
_SPINNING = "import threading, time\ndef spin():\n    while True: pass\n"
HANGS = {
    "a loop": ("while True: pass", CPU),
    "a thread that loops beside a sleeper": (
        f"{_SPINNING}threading.Thread(target=spin).start()\ntime.sleep(1e6)",
        CPU,
    ),
    "many threads that loop": (f"{_SPINNING}for _ in range(50): threading.Thread(target=spin).start()", CPU),
    "a sleep": ("import time\ntime.sleep(1e6)", IDLE),
    "many naps": ("import time\nwhile True: time.sleep(0.02)", IDLE),
    "a lock": ("import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()", IDLE),
    "many threads that sleep": (
        "import threading, time\nfor _ in range(50): threading.Thread(target=time.sleep, args=(1e6,)).start()\n"
        "time.sleep(1e6)",
        IDLE,
    ),
    "a main thread that has ended": (
        "import ctypes, threading, time\nthreading.Thread(target=time.sleep, args=(1e6,)).start()\n"
        "ctypes.PyDLL(None).pthread_exit(None)",
        IDLE,
    ),
    "a closed connection": ("import os, time\nos.closerange(3, 64)\ntime.sleep(1e6)", IDLE),
    "a closed connection and a loop": ("import os\nos.closerange(3, 64)\nwhile True: pass", CPU),
    "a reply that never ends": (
        "import os, struct, time\n"
        "for fd in range(3, 64):\n"
        "    try: os.write(fd, b'GRD1' + struct.pack('>II', 1 << 19, 0))\n"
        "    except OSError: continue\n"
        "    while True: time.sleep(0.1); os.write(fd, b' ')",
        IDLE,
    ),
}


@pytest.mark.parametrize("hang", HANGS)
def test_a_hang_ends_by_its_budget(hang: str, tiny_sandbox: Sandbox):
    """Every kind of hang uses up one of the two budgets, and the error names which one."""
    source, detail = HANGS[hang]

    reply = call(tiny_sandbox, source, Budget(cpu_seconds=1, idle_seconds=0.5))

    assert reply.status is Status.TIMED_OUT, reply
    assert reply.error is not None and (reply.error.kind, reply.error.detail) == ("timeout", detail)


def test_the_reference_gets_every_point_on_a_busy_machine(grade: Grade):
    """The reference gets every point on a busy machine."""
    with busy_processes():
        assert points(grade(HONEST)) == FULL


def test_a_later_call_gets_a_share_of_the_budget():
    """A share of a budget is at least one second of CPU time, the smallest limit of the kernel."""
    whole = Budget(cpu_seconds=60, idle_seconds=20.0)

    assert whole.share(0.25) == Budget(cpu_seconds=15, idle_seconds=5.0)
    assert whole.share(0.001) == Budget(cpu_seconds=1, idle_seconds=0.02)


PROGRAMS = {
    "a loop": ("while True: pass", True),
    "a loop in a thread": (f"{_SPINNING}threading.Thread(target=spin).start()\ntime.sleep(1e6)", True),
    "a sleep": ("import time\ntime.sleep(1e6)", False),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_process_is_idle_when_all_its_threads_are(program: str):
    """A process is busy if at least one of its threads can run."""
    source, busy = PROGRAMS[program]

    with subprocess.Popen([sys.executable, "-c", f"print(flush=True)\n{source}"], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None and process.stdout.readline()
            _wait_until(process.pid, busy=busy)
        finally:
            process.kill()


def test_a_stopped_process_is_idle():
    """A stopped process counts as idle, whatever it did before."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            _wait_until(process.pid, busy=True)
            process.send_signal(signal.SIGSTOP)
            _wait_until(process.pid, busy=False)
        finally:
            process.kill()


def _wait_until(pid: int, *, busy: bool) -> None:
    """Wait until a process was seen as busy or idle twenty times in a row, since it may still be starting."""
    in_a_row = 0
    while in_a_row < 20:
        in_a_row = in_a_row + 1 if is_busy(pid) is busy else 0
        time.sleep(0.005)


def test_a_delayed_check_charges_only_its_pause():
    """A watch that is delayed charges only its planned pause, not the time that it missed."""
    with subprocess.Popen([sys.executable, "-c", "import time\ntime.sleep(1e6)"]) as process:
        try:
            _wait_until(process.pid, busy=False)
            watch = IdleWatch(process.pid)
            pauses = [watch.pause]
            for _ in range(3):
                time.sleep(0.3)
                watch.look()
                pauses.append(watch.pause)
        finally:
            process.kill()

    assert watch.idle_seconds == pytest.approx(sum(pauses[:-1]))


def test_pauses_between_checks_do_not_depend_on_the_random_state():
    """Pauses between checks do not depend on the random state, which candidate code has a copy of."""
    import random

    pauses = []
    for _ in range(2):
        random.seed(0)
        watch = IdleWatch(os.getpid())
        found = [watch.pause]
        for _ in range(8):
            watch.look()
            found.append(watch.pause)
        pauses.append(found)

    assert pauses[0] != pauses[1]


class Spending:
    """A sandbox whose calls take a given time, and which records their budgets."""

    name = "none"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.budgets: list[Budget] = []

    def call(self, call: Call) -> Reply:
        """Record the budget and answer without observations."""
        self.budgets.append(call.budget)
        return Reply(status=Status.ANSWERED, observed={}, seconds=self._seconds)

    def close(self) -> None:
        """Do nothing, since there is no process."""


def test_a_call_reports_the_time_that_it_used(tiny_sandbox: Sandbox):
    """An answered call reports the sum of its CPU time and its idle time."""
    busy = call(tiny_sandbox, "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass")
    asleep = call(tiny_sandbox, "import time\ntime.sleep(0.6)")

    assert busy.status is asleep.status is Status.ANSWERED
    assert busy.seconds >= 0.45
    assert asleep.seconds >= 0.2


def test_all_calls_together_are_limited():
    """A submission that uses most of each call's budget gets smaller budgets later, so a grading ends in time."""
    sandbox = Spending(seconds=75.0)
    budget = Budget(cpu_seconds=60, idle_seconds=20.0)
    code = SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": b""})
    candidate = CandidateProxy(code, sandbox, budget)
    for _ in range(30):
        candidate.call("importing", {}, Observation)

    whole = [given for given in sandbox.budgets if given == budget]
    assert len(whole) == 6
    assert set(sandbox.budgets[6:]) == {budget.share(0.05)}
