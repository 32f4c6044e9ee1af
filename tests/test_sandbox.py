"""Tests of the sandbox: how it starts and ends, what it refuses, and how it reads replies."""

import contextlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from grading.errors import SandboxError
from grading.sandbox import bubblewrap
from grading.sandbox.bubblewrap import Bubblewrap, Content, _command, _Worker, _WorkerLostError
from grading.sandbox.calls import Call, Reply, Sandbox, Status, SubmittedCode
from grading.sandbox.inside import wire
from grading.sandbox.inside.budget import Budget
from grading.sandbox.inside.jail import Limits
from grading.sandbox.replies import read_reply
from tests.conftest import BUDGET, ROOT


def test_a_lost_worker_is_replaced(sandbox: Sandbox):
    """If the worker dies, a new worker repeats the call, because its death is not the candidate's fault."""
    sandbox._worker._process.kill()  # type: ignore[attr-defined]

    assert _import(sandbox, "").status is Status.ANSWERED


def test_a_call_that_loses_two_workers_has_died(tiny: Content, monkeypatch: pytest.MonkeyPatch):
    """A call that loses two workers counts as died and is not repeated again."""
    closed: list[_Worker] = []

    def lose(worker: _Worker, *_: object) -> None:
        closed.append(worker)
        raise _WorkerLostError

    monkeypatch.setattr(_Worker, "call", lose)

    assert _import(Bubblewrap(tiny), "").status is Status.DIED
    assert len(closed) == 2


@pytest.mark.parametrize("limits", [Limits(file_bytes=-1), Limits(open_files=1 << 40)], ids=["reported", "silent"])
def test_a_call_that_cannot_be_isolated_raises_an_error(limits: Limits, tiny: Content):
    """A call that ends before any of the candidate's code has run raises an error and gets no score."""
    with pytest.raises(SandboxError, match="could not be isolated"):
        _import(Bubblewrap(tiny, limits), "")


def test_a_late_request_to_end_a_call_does_not_affect_the_next(tiny: Content):
    """A request to end a call that has already ended does not affect the next call."""
    sandbox = Bubblewrap(tiny)
    assert _import(sandbox, "").status is Status.ANSWERED
    worker = sandbox._worker
    assert worker is not None
    with ThreadPoolExecutor() as pool:
        (pid,) = _children(*_children(worker._process.pid))
        os.kill(pid, signal.SIGSTOP)
        worker._control.send(b"kill")
        reply = pool.submit(_import, sandbox, "")
        time.sleep(0.5)
        os.kill(pid, signal.SIGCONT)

    assert reply.result().status is Status.ANSWERED
    assert sandbox._worker is worker
    sandbox.close()


@pytest.mark.parametrize("milliseconds", range(0, 40, 2))
def test_a_worker_closed_while_it_starts_leaves_no_process(milliseconds: int, tiny: Content):
    """Closing a worker at any time during its start ends all of its processes."""
    mark = f"mark_{milliseconds}_{time.monotonic_ns()}"
    sandboxes = [Bubblewrap(replace(tiny, preload=(mark,))) for _ in range(2)]
    assert processes(mark)

    time.sleep(milliseconds / 1000)
    for sandbox in sandboxes:
        sandbox.close()

    assert_gone(mark)


@pytest.mark.parametrize(
    "arguments",
    [("--out", "assignment/exercise.py/x"), ("--review", "nowhere.toml")],
    ids=["no folder", "no review"],
)
def test_a_command_that_stops_early_leaves_no_process(arguments: tuple[str, str], tiny: Content, tmp_path: Path):
    """If a command fails early, the sandbox that it has begun to start is ended with all its processes."""
    shutil.copytree(tiny.root, tmp_path / "checkout")
    mark = f"1{time.monotonic_ns()}"
    # The script represents bubblewrap early in its start, which is too short to be interrupted reliably.
    _stand_in(tmp_path, f"sleep {mark} &\nwait")
    command = [sys.executable, "-m", "grading", "grade", "hidden_tests/reference/exercise.py", *arguments]
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        command, cwd=tmp_path / "checkout", env={**os.environ, "PATH": path}, capture_output=True, check=False
    )

    assert done.returncode == 2
    assert_gone(mark)


_KILLED = """
import os, signal, sys, time
from pathlib import Path
from grading.sandbox.bubblewrap import Bubblewrap, Content

mark, seconds, root = sys.argv[1:]
paths = ("hidden_tests/__init__.py", "hidden_tests/probes")
Bubblewrap(Content(root=Path(root), probes="hidden_tests.probes", paths=paths, preload=(mark,)))
time.sleep(float(seconds))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("seconds", [0, 0.005, 0.01, 0.02, 1])
def test_a_grader_that_is_killed_leaves_no_process(seconds: float, tiny: Content):
    """When the grader is killed, all processes that it has started end by themselves."""
    mark = f"mark_{time.monotonic_ns()}"

    done = subprocess.run([sys.executable, "-c", _KILLED, mark, str(seconds), tiny.root], cwd=ROOT, check=False)

    assert done.returncode == -signal.SIGKILL
    assert_gone(mark)


def test_an_exception_in_a_call_leaves_no_process(tiny: Content, monkeypatch: pytest.MonkeyPatch):
    """An exception during a call ends the call and its worker, and the next call gets a new worker."""
    mark = f"mark_{time.monotonic_ns()}"
    sandbox = Bubblewrap(replace(tiny, preload=(mark,)))
    with monkeypatch.context() as patched:
        patched.setattr(wire, "frame_length", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            _import(sandbox, "")

    assert_gone(mark)
    assert _import(sandbox, "").status is Status.ANSWERED
    sandbox.close()
    assert_gone(mark)


# Scripts that replace bubblewrap, and the expected messages. A number of seconds identifies their child process.
STARTS = {
    "hangs": ("sleep {mark}", "was idle for 1 s (no error message)"),
    "says something and hangs": ("echo 'a warning' >&2\nsleep {mark}", "was idle for 1 s (a warning)"),
    "runs for ever": ("sleep {mark} &\nwhile :; do :; done", "was not ready after 2 s (no error message)"),
    "fails": ("echo 'no namespaces' >&2\nexit 1", "no namespaces"),
}


@pytest.mark.parametrize("start", STARTS)
def test_a_start_that_fails_ends_with_a_message(
    start: str, tiny: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """If bubblewrap fails, hangs or loops, grading ends with status 3 and the reason, and no process is left."""
    script, message = STARTS[start]
    mark = f"1{time.monotonic_ns()}"
    _stand_in(tmp_path, script.format(mark=mark))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(bubblewrap, "_START_IDLE_SECONDS", 1)
    monkeypatch.setattr(bubblewrap, "_START_SECONDS", 2)

    with pytest.raises(SandboxError, match=re.escape(message)) as caught:
        _import(Bubblewrap(tiny), "")

    assert caught.value.exit_status == 3
    assert str(caught.value).startswith("the sandbox did not start")
    assert_gone(mark)


def _stand_in(folder: Path, script: str) -> None:
    """Write a shell script that replaces bubblewrap."""
    bwrap = folder / "bwrap"
    bwrap.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    bwrap.chmod(0o755)


def processes(mark: str) -> list[int]:
    """Return the processes whose command line contains `mark`."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and mark.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def assert_gone(mark: str) -> None:
    """Wait until no process has `mark` in its command line, which may take the kernel a moment."""
    end = time.monotonic() + 60
    while left := processes(mark):
        assert time.monotonic() < end, left
        time.sleep(0.05)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


_COLLAPSED = """
from grading.sandbox.inside.memory import collapse

values = bytearray(range(256)) * (1 << 18)  # 64 MiB
collapse()
assert values == bytearray(range(256)) * (1 << 18)
print(next(line for line in open("/proc/self/smaps_rollup") if line.startswith("AnonHugePages")).split()[1])
"""


@pytest.mark.skipif(
    tuple(map(int, platform.release().split(".")[:2])) < (6, 1), reason="this kernel has no MADV_COLLAPSE"
)
def test_memory_is_moved_into_huge_pages():
    """Memory is moved into huge pages without a change of its contents."""
    done = subprocess.run([sys.executable, "-c", _COLLAPSED], cwd=ROOT, capture_output=True, text=True, check=True)

    assert int(done.stdout) > 0


def _import(sandbox: Sandbox, source: str, budget: Budget = BUDGET) -> Reply:
    code = SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": source.encode()})
    return sandbox.call(Call(code=code, probe="importing", inputs={}, budget=budget))


_ERROR = {"kind": "crash", "line": None, "detail": "", "at_import": False}
_HUGE = b'{"nonce": "n", "observed": {"x": {"$array": ["float32", [2000000000, 2000000000], 0]}}}'
MALFORMED = {
    "nothing": b"",
    "noise": b"\x00" * 100,
    "another length": wire.encode({"nonce": "n", "observed": {}})[:-1],
    "another nonce": wire.encode({"nonce": "m", "observed": {}}),
    "no mapping": wire.encode([1, 2]),
    "both": wire.encode({"nonce": "n", "observed": {}, "error": None}),
    "an unknown kind": wire.encode(
        {"nonce": "n", "error": {"kind": "perfect", "line": None, "detail": "", "at_import": False}}
    ),
    "a line of minus one": wire.encode(
        {"nonce": "n", "error": {"kind": "crash", "line": -1, "detail": "", "at_import": False}}
    ),
    "a line that is true": wire.encode(
        {"nonce": "n", "error": {"kind": "crash", "line": True, "detail": "", "at_import": False}}
    ),
    "deep nesting": wire.HEADER.pack(wire.MAGIC, 200_000, 0) + b"[" * 100_000 + b"]" * 100_000,
    "a huge shape": wire.HEADER.pack(wire.MAGIC, len(_HUGE), 0) + _HUGE,
}


def test_a_well_formed_reply_is_read():
    """A well-formed reply is read; the malformed replies below are variations of it."""
    assert read_reply(wire.encode({"nonce": "n", "error": _ERROR}), nonce="n").status is Status.FAILED
    assert read_reply(wire.encode({"nonce": "n", "observed": {}}), nonce="n").status is Status.ANSWERED


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_reply_fails_the_call(case: str):
    """A malformed reply counts as a call that died, and raises no exception on the trusted side."""
    assert read_reply(MALFORMED[case], nonce="n").status is Status.DIED


def test_only_plain_data_is_encoded():
    """A value of a subclass of a plain type is not encoded, since it could run code when it is read."""

    class Number(float):
        pass

    for value in (Number(1.0), object(), {1: 2}, {"$array": 1}, b"bytes", {"x": {1, 2}}):
        with pytest.raises(wire.WireError):
            wire.encode(value)


def test_a_checkout_that_candidates_can_read_is_refused():
    """A checkout inside a folder that is bound into the sandbox is refused, since candidates could read it."""
    content = Content(root=Path("/usr/lib/checkout"), probes="x", paths=(), preload=())
    with pytest.raises(SandboxError, match="candidate code can read"):
        _command(content)
