"""Hostile submissions: none scores more than its honest part, sees what is hidden, or outlives its call."""

import platform
import time
from pathlib import Path

import pytest

from grading.errors import SandboxError
from grading.model import Outcome, Scorecard, ScoredBy
from grading.sandbox.bubblewrap import Content, _command
from grading.sandbox.calls import Call, CandidateCode, Reply, Sandbox, Status
from grading.sandbox.inside import wire
from grading.sandbox.inside.jail import _REFUSED
from grading.sandbox.replies import read_reply
from tests.compose import compose
from tests.conftest import REFERENCE, ROOT, Grade

FULL = {"weighted-loss": 30.0, "training-loop": 30.0, "evaluation": 25.0}
HONEST = REFERENCE.read_text(encoding="utf-8")


def points(card: Scorecard) -> dict[str, float | None]:
    """Points of each criterion that tests score."""
    return {c.id: c.points for c in card.criteria if c.scored_by is ScoredBy.TESTS}


# Each ends the process, or tries to end the grading, while the module is imported: nothing is left to score.
AT_IMPORT = {
    "os._exit": "import os; os._exit(0)",
    "os._exit in a thread": (
        "import os, threading, time\nthreading.Thread(target=os._exit, args=(0,)).start()\ntime.sleep(3)"
    ),
    "sys.exit": "import sys; sys.exit(0)",
    "a KeyboardInterrupt": "raise KeyboardInterrupt",
    "an exception of its own": "class Quiet(BaseException): pass\nraise Quiet",
    "abort": "import os; os.abort()",
    "a segmentation fault": "import ctypes; ctypes.string_at(0)",
    "an endless loop": "while True: pass",
    "ignoring signals": "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(1e6)",
    "skipping": "import unittest; raise unittest.SkipTest('no')",
    "pytest.skip": "import pytest; pytest.skip('no', allow_module_level=True)",
    "pytest.exit": "import pytest; pytest.exit('done', returncode=0)",
}


@pytest.mark.parametrize("attack", AT_IMPORT)
def test_a_module_that_ends_at_import_earns_nothing(attack: str, grade: Grade):
    """Whichever way it ends, grading ends normally, with a cause named once."""
    card = grade(f"{AT_IMPORT[attack]}\n{HONEST}")

    assert points(card) == dict.fromkeys(FULL, 0.0)
    assert [found.criterion for found in card.mistakes] == ["any"]


# The first process of a namespace is deaf to signals from within (pid_namespaces(7)), and alone in its group.
HARMLESS = {
    "killing itself": "import os; os.kill(os.getpid(), 9)",
    "killing process 1": "import os; os.kill(1, 9)",
    "killing its group": "import os; os.kill(0, 9)",
    "killing its parent": "import os; os.kill(os.getppid(), 9)",
    "stopping itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
}


@pytest.mark.parametrize("attack", HARMLESS)
def test_signals_reach_nobody(attack: str, grade: Grade):
    """A right solution that sends signals about keeps its points, and the worker lives."""
    assert points(grade(f"{HARMLESS[attack]}\n{HONEST}")) == FULL


# Each is the body of `evaluate`: that criterion is lost, the others are not touched.
IN_EVALUATE = {
    "os._exit": ("import os; os._exit(0)", "crash"),
    "SystemExit": ("raise SystemExit(0)", "crash"),
    "killing process 1": ("import os; os.kill(1, 9); os._exit(0)", "crash"),
    "an endless loop": ("while True: pass", "timeout"),
    "a lock": ("import threading; l = threading.Lock(); l.acquire(); l.acquire()", "timeout"),
    "recursion": ("return evaluate(model, loader, threshold)", "crash"),
    "100 GB": ("return torch.zeros(25_000_000_000)", "crash"),
    "a process": ("import os; os.fork()", "crash"),
    "a program": ("import subprocess; subprocess.run(['true'])", "crash"),
    "a socket": ("import socket; socket.socket()", "crash"),
    "a large file": ("open('/tmp/large', 'wb').write(bytes(1 << 26))", "crash"),
    "endless output": ("import os\n    while True: os.write(1, b'x' * 65536)", "timeout"),
    "a result whose float never returns": (
        "class Slow(float):\n        def __float__(self):\n            while True: pass\n"
        "    return dict.fromkeys(['precision', 'recall', 'f1'], Slow())",
        "timeout",
    ),
}


@pytest.mark.parametrize("attack", IN_EVALUATE)
def test_one_hostile_function_costs_its_criterion_alone(attack: str, grade: Grade):
    """The other two functions keep every point, and the mistake is named."""
    body, named = IN_EVALUATE[attack]
    card = grade(compose(f"import torch\ndef evaluate(model, loader, threshold=0.5):\n    {body}\n"))

    assert points(card) == {**FULL, "evaluation": 0.0}
    assert [(found.criterion, found.mistake.id) for found in card.mistakes] == [("evaluation", named)]


# Each succeeds only if it may do what it must not, and then raises: full marks mean that it was refused.
FORBIDDEN = {
    "reading hidden tests": f"open({str(ROOT / 'hidden_tests' / 'oracle.py')!r}).read()",
    "listing the checkout": f"os.listdir({str(ROOT)!r})",
    "reading the probes' source": "open('/grader/hidden_tests/probes/loss.py').read()",
    "reading a password file": "open('/etc/passwd').read()",
    "reading its memory": "open('/proc/self/mem', 'rb').read(1)",
    "reading command lines": "[open(f'/proc/{n}/cmdline').read() for n in (1, 2, 3)]",
    "writing beside the interpreter": "open(os.path.join(os.path.dirname(os.__file__), 'x.py'), 'w')",
    "a TCP connection": "__import__('socket').create_connection(('192.0.2.1', 80), timeout=1)",
    "a Unix socket": "__import__('socket').socket(__import__('socket').AF_UNIX)",
    "a mount": "mount()",
    "a namespace": "unshare()",
    "a device": "os.mknod('/tmp/null', 0o20666, os.makedev(1, 3))",
    "a link to the outside": "os.link('/etc/ld.so.cache', '/tmp/cache')",
    "root": "os.setuid(0)",
    "secrets of the environment": "[os.environ[name] for name in ('GITHUB_TOKEN', 'ACTIONS_RUNTIME_TOKEN')]",
}
_HELPERS = """
import ctypes, os
def _call(name, *args):
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*args) != 0:
        raise OSError(name)
def mount():
    _call("mount", b"x", b"/tmp", b"tmpfs", 0, None)
def unshare():
    _call("unshare", 0x10000000)
"""


@pytest.mark.parametrize("attack", FORBIDDEN)
def test_what_is_forbidden_is_refused(attack: str, grade: Grade):
    """The attempt fails inside the sandbox, and an otherwise right solution keeps its points."""
    guard = (
        f"try:\n    {FORBIDDEN[attack]}\nexcept (OSError, KeyError):\n    pass\nelse:\n    raise RuntimeError('done')\n"
    )

    assert points(grade(f"{HONEST}\n{_HELPERS}\n{guard}")) == FULL


def test_nothing_stays_for_the_next_call(grade: Grade):
    """Files, defaults and switches that one call leaves are gone in the next: it would raise if it met them."""
    stay = """
import os, torch
if os.path.exists("/tmp/seen") or os.path.exists("/dev/shm/seen") or torch.get_default_dtype() != torch.float32:
    raise RuntimeError("met an earlier call")
for folder in ("/tmp", "/dev/shm", "/candidate"):
    open(folder + "/seen", "w").write("x")
torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
os.environ["SEEN"] = "1"
"""
    card = grade(HONEST + stay)
    after = grade(HONEST)

    assert "RuntimeError" not in str(card.mistakes)
    assert points(after) == FULL


FORGERIES = {
    "patched torch": "torch.nn.Module.train = lambda self, mode=True: self\ntorch.is_grad_enabled = lambda: False",
    "patched builtins": "import builtins\nbuiltins.float = lambda x: 0.5\nbuiltins.len = lambda x: 1",
    "patched json": "import json\njson.dumps = lambda *a, **k: '{}'",
    "patched comparison": "torch.allclose = torch.equal = torch.testing.assert_close = lambda *a, **k: True",
    "patched optimizer": "torch.optim.Optimizer.zero_grad = lambda self, set_to_none=True: None",
    "a tracer": "import sys\nsys.settrace(lambda *a: None)",
    "forged frames": (
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'GRD1' + bytes(8))\n    except OSError: pass"
    ),
    "forged events": (
        "import gc\nfor thing in gc.get_objects():\n    if type(thing).__name__ in ('Recorder', 'ModeModel'):\n"
        "        thing.__dict__.clear()"
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forger_gets_no_more_than_the_honest_part(forgery: str, grade: Grade):
    """With an unweighted loss, a loop that never zeroes and accuracy for metrics, patching earns nothing."""
    wrong = [
        (ROOT / "hidden_tests" / "mistakes" / path).read_text(encoding="utf-8")
        for path in (
            "weighted-loss/unweighted-loss.py",
            "training-loop/missing-zero-grad.py",
            "evaluation/accuracy-as-metric.py",
        )
    ]
    source = "\n\n".join(["import torch", *wrong])
    honest = points(grade(source))

    forged = points(grade(f"{source}\n\n{FORGERIES[forgery]}\n"))

    assert all((forged[id_] or 0.0) <= (honest[id_] or 0.0) for id_ in FULL), (forged, honest)


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


def test_a_timeout_is_an_outcome_of_its_own(grade: Grade):
    """The tests that a hang hits say so."""
    card = grade(compose("def make_loss(train_labels):\n    while True: pass\n"))

    outcomes = {test.outcome for c in card.criteria if c.id == "weighted-loss" for test in c.tests}
    assert outcomes == {Outcome.TIMEOUT}


def test_the_checkout_must_not_lie_where_candidates_read():
    """Nothing that is bound into the sandbox holds the hidden tests."""
    content = Content(root=Path("/usr/lib/checkout"), probes="x", paths=(), preload=())
    with pytest.raises(SandboxError, match="candidate code can read"):
        _command(content)
