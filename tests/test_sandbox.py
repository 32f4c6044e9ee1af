"""The sandbox itself: what it refuses, how it ends a call, and what it makes of the bytes that come back."""

import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grading.errors import SandboxError
from grading.sandbox.bubblewrap import Content, _command
from grading.sandbox.calls import Call, CandidateCode, Reply, Sandbox, Status
from grading.sandbox.inside import wire
from grading.sandbox.inside.jail import _REFUSED
from grading.sandbox.replies import read_reply
from tests.conftest import ROOT


def test_the_filter_refuses_every_call_it_lists(sandbox: Sandbox):
    """A filter that installs but filters nothing would pass unseen: one listed call is made, and answers EPERM."""
    number = _REFUSED["ptrace"][0 if platform.machine() == "x86_64" else 1]
    source = "import ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    source += f"assert libc.syscall({number}, 0, 0, 0, 0) == -1\n"
    source += "assert ctypes.get_errno() == errno.EPERM\n"

    assert _import(sandbox, source).status is Status.ANSWERED


def test_a_lost_worker_is_replaced(sandbox: Sandbox):
    """Should the worker die, the call it was in is lost, and the next one gets a new worker."""
    sandbox._worker._process.kill()  # type: ignore[attr-defined]

    assert _import(sandbox, "").status is Status.DIED
    assert _import(sandbox, "").status is Status.ANSWERED


def test_a_hang_ends_within_its_limit(sandbox: Sandbox):
    """The clock is kept outside."""
    started = time.monotonic()

    reply = _import(sandbox, "import time\ntime.sleep(1e6)", seconds=1.0)

    assert reply.status is Status.TIMED_OUT
    assert time.monotonic() - started < 10


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
    """What a process holds stays what it was."""
    done = subprocess.run([sys.executable, "-c", _COLLAPSED], cwd=ROOT, capture_output=True, text=True, check=True)

    assert int(done.stdout) > 0


def _import(sandbox: Sandbox, source: str, seconds: float = 20.0) -> Reply:
    code = CandidateCode(module="assignment.exercise", files={"assignment/exercise.py": source.encode()})
    return sandbox.call(Call(code=code, probe="importing", inputs={}, seconds=seconds))


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
    """What the malformed ones differ from."""
    assert read_reply(wire.encode({"nonce": "n", "error": _ERROR}), nonce="n").status is Status.FAILED
    assert read_reply(wire.encode({"nonce": "n", "observed": {}}), nonce="n").status is Status.ANSWERED


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_reply_is_the_calls_failure(case: str):
    """Whatever bytes come back, the trusted side answers with a failed call and no exception."""
    assert read_reply(MALFORMED[case], nonce="n").status is Status.DIED


def test_nothing_but_plain_data_is_encoded():
    """A subclass of a plain type may run code when it is read: it does not pass."""

    class Number(float):
        pass

    for value in (Number(1.0), object(), {1: 2}, {"$array": 1}, b"bytes", {"x": {1, 2}}):
        with pytest.raises(wire.WireError):
            wire.encode(value)


def test_the_checkout_must_not_lie_where_candidates_read():
    """Nothing that is bound into the sandbox holds the hidden tests."""
    content = Content(root=Path("/usr/lib/checkout"), probes="x", paths=(), preload=())
    with pytest.raises(SandboxError, match="candidate code can read"):
        _command(content)
