"""Submissions that read, send, escape or persist: the sandbox refuses access, and the next call starts clean."""

import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.sandbox.calls import Call, Sandbox, Status, SubmittedCode
from grading.sandbox.start import make_sandbox
from grading.sandbox.unprotected import Unprotected
from tests.attacks.conftest import FULL, HONEST, points
from tests.conftest import BUDGET, ROOT, Grade

# Each attempt raises an error if it succeeds, so full marks mean that the sandbox refused it.
READ = {
    "a hidden test": f"open({str(ROOT / 'hidden_tests' / 'test_evaluation.py')!r}).read()",
    "the oracle": f"open({str(ROOT / 'hidden_tests' / 'oracle.py')!r}).read()",
    "the reference": f"open({str(ROOT / 'hidden_tests' / 'reference' / 'exercise.py')!r}).read()",
    "the rubric": f"open({str(ROOT / 'hidden_tests' / 'rubrics' / 'mid.toml')!r}).read()",
    "the checkout": f"os.listdir({str(ROOT)!r})",
    "the checkout's history": f"os.listdir({str(ROOT / '.git')!r})",
    "the probes' source": "open('/grader/hidden_tests/probes/weighted_loss.py').read()",
    "the probes' source by inspect": "inspect.getsource(sys.modules['hidden_tests.probes.weighted_loss'])",
    "the grader's modules": "found('/grader', '**')",
    "the oracle as a module": "importlib.import_module('hidden_tests.oracle')",
    "the tests as a module": "importlib.import_module('hidden_tests.test_evaluation')",
    "the catalogue": "found('/candidate', '**/mistakes*/**') or found('/dev', '**/mistakes*')",
    "any rubric": "found('/grader', '**/*rubric*')",
    "passwords": "open('/etc/passwd').read()",
    "the host's name": "open('/etc/hostname').read()",
    "the home folder": "found(os.path.expanduser('~'), '*')",
    "root's home": "open('/root/.bashrc').read()",
    "others' homes": "os.listdir('/home')",
    "its memory": "open('/proc/self/mem', 'rb').read(1)",
    "its maps": "open('/proc/self/maps').read()",
    "the worker's memory": "open('/proc/1/mem', 'rb').read(1)",
    "environments": "[open(f'/proc/{n}/environ').read() for n in range(1, 9)]",
    "command lines": "[open(f'/proc/{n}/cmdline').read() for n in range(1, 9)]",
    "descriptors": "os.listdir('/proc/self/fd')",
    "working folders": "os.readlink('/proc/self/cwd')",
    "the mounts": "open('/proc/mounts').read()",
    "the mounts by their ids": "syscall(458, struct.pack('=IIQQ', 24, 0, 2**64 - 1, 0), (ctypes.c_uint64 * 9)(), 9, 0)",
    "the parent's root": "os.listdir('/proc/1/root')",
    "the kernel's log": "open('/dev/kmsg', 'rb').read(1)",
    "the disk": "open('/dev/sda', 'rb').read(1)",
    "secrets of the environment": "[os.environ[name] for name in ('GITHUB_TOKEN', 'ACTIONS_RUNTIME_TOKEN')]",
    "traces in the packages": "found(PACKAGES, '*take*home*', '*hidden*')",
    "links beside the packages": "found(PACKAGES, '__editable__*', '*.egg-link')",
    "core files": "found('/', 'core*', 'tmp/*', 'candidate/core*')",
    "other submissions": "[p for p in os.listdir('/candidate') if p != 'assignment'][0]",
    "another process": "os.pidfd_open(2)",
    "source lines of a trace": "lines_of_the_grader()",
}
SEND = {
    "TCP": "socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "UDP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "TCP over IPv6": "socket.socket(socket.AF_INET6)",
    "a name": "socket.getaddrinfo('example.org', 80)",
    "a local socket": "socket.socket(socket.AF_UNIX)",
    "an abstract socket": "socket.socket(socket.AF_UNIX).connect('\\0secret')",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "ICMP": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)",
    "raw packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "vsock": "socket.socket(socket.AF_VSOCK)",
    "a page": "__import__('urllib.request').request.urlopen('http://192.0.2.1/', timeout=1)",
    "the terminal": "open('/dev/tty', 'w').write('x')",
    "a pair of sockets": "socket.socketpair()",
    "an event loop": "__import__('asyncio').new_event_loop()",
    "out-of-band data": "libc('send', reply(), b'x', 1, socket.MSG_OOB)",
    "a descriptor": "libc('sendmsg', reply(), ctypes.create_string_buffer(64), 0)",
}
BREAK_OUT = {
    "a mount": "libc('mount', b'x', b'/tmp', b'tmpfs', 0, None)",
    "unmounting": "libc('umount2', b'/proc', 2)",
    "another root": "os.chroot('/tmp')",
    "ptrace": "libc('ptrace', 16, 1, None, None)",
    "root": "os.setuid(0)",
    "other groups": "os.setgroups([0])",
    "a setuid program": "os.execv('/usr/bin/su', ['su'])",
    "a user namespace": "libc('unshare', 0x10000000)",
    "a network namespace": "libc('unshare', 0x40000000)",
    "another's namespace": "libc('setns', 3, 0)",
    "the grader's process": "libc('getsockopt', reply(), 1, 77, ctypes.create_string_buffer(4), struct.pack('=I', 4))",
    "a clone": "syscall(56, 0x10000000 | 17, 0, 0, 0, 0)",
    "clone3": "syscall(435, 0, 0)",
    "io_uring": "syscall(425, 1, ctypes.create_string_buffer(256))",
    "keys": "syscall(250, 0, 1)",
    "bpf": "syscall(321, 0, ctypes.create_string_buffer(64), 64)",
    "userfaultfd": "syscall(323, 0)",
    "perf": "syscall(298, ctypes.create_string_buffer(128), 0, -1, -1, 0)",
    "a kernel module": "syscall(313, 0, b'', 0)",
    "a device": "os.mknod('/tmp/null', 0o20666, os.makedev(1, 3))",
    "a disk": "os.mknod('/tmp/sda', 0o60666, os.makedev(8, 0))",
    "typing into the terminal": "__import__('fcntl').ioctl(0, 0x5412, b'x')",
    "control groups": "open('/sys/fs/cgroup/cgroup.procs', 'w').write('0')",
    "the core pattern": "open('/proc/sys/kernel/core_pattern', 'w').write('|/tmp/x')",
    "a hard link": "os.link('/etc/ld.so.cache', '/tmp/cache')",
    "through a symbolic link": f"os.symlink({str(ROOT)!r}, '/tmp/out') or os.listdir('/tmp/out')",
    "up the tree": "open('/candidate/../../../../etc/passwd').read()",
    "inherited descriptors": "[n for n in range(3, 1024) if is_open(n)][1]",
    "the interpreter": "open(os.path.join(os.path.dirname(os.__file__), 'x.py'), 'w')",
    "the packages": "open(os.path.join(os.path.dirname(torch.__file__), 'x.py'), 'w')",
    "the loader's cache": "open('/etc/ld.so.cache', 'wb')",
    "the root folder": "open('/x', 'w')",
    "a program of its own": "program()",
    "more memory": "__import__('resource').setrlimit(__import__('resource').RLIMIT_AS, (-1, -1))",
    "more files": "__import__('resource').setrlimit(__import__('resource').RLIMIT_NOFILE, (4096, 4096))",
    "priority": "os.nice(-5)",
    "the clock": "__import__('time').clock_settime(0, 0)",
    "the host's name": "socket.sethostname('x')",
    "a restart": "libc('reboot', 0x1234567)",
}
_HELPERS = """
import ctypes, glob, importlib, inspect, linecache, os, socket, struct, sys, torch
PACKAGES = os.path.dirname(os.path.dirname(torch.__file__))
_libc = ctypes.CDLL(None, use_errno=True)
def libc(name, *args):
    if getattr(_libc, name)(*args) < 0:
        raise OSError(name)
def syscall(number, *args):
    if _libc.syscall(number, *args) < 0:
        raise OSError(number)
def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
def reply():
    return next(n for n in range(3, 1024) if is_open(n))
def found(folder, *patterns):
    for pattern in patterns:
        for path in glob.glob(os.path.join(folder, pattern), recursive=True):
            if os.path.isfile(path):
                return path
    raise OSError("nothing there")
def lines_of_the_grader():
    frame = sys._getframe()
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith('/grader') and linecache.getline(name, frame.f_lineno):
            return name
        frame = frame.f_back
    raise OSError("no line")
def program():
    with open('/tmp/run', 'w') as file:
        file.write('#!/bin/sh')
    os.chmod('/tmp/run', 0o777)
    os.execv('/tmp/run', ['run'])
"""
FORBIDDEN = {
    f"{group}: {name}": code
    for group, table in (("read", READ), ("send", SEND), ("break out", BREAK_OUT))
    for name, code in table.items()
}


def test_an_attempt_that_succeeds_is_detected(sandbox: Sandbox):
    """An attempt that succeeds is detected; without this check the tests below could pass for the wrong reason."""
    assert _imported(sandbox, f"{_HELPERS}\n{_attempt('open(chr(47) + chr(120), chr(114))')}") is None
    assert "done" in (_imported(sandbox, f"{_HELPERS}\n{_attempt('os.getpid()')}") or "")


@pytest.mark.parametrize("attack", FORBIDDEN)
def test_forbidden_attempts_are_refused(attack: str, sandbox: Sandbox):
    """Each forbidden attempt fails inside the sandbox."""
    assert _imported(sandbox, f"{_HELPERS}\n{_attempt(FORBIDDEN[attack])}") is None


def test_refused_attempts_cost_no_points(grade: Grade):
    """A correct solution that makes every forbidden attempt keeps its points."""
    attempts = "\n".join(map(_attempt, FORBIDDEN.values()))

    assert points(grade(f"{HONEST}\n{_HELPERS}\n{attempts}")) == FULL


def _attempt(code: str) -> str:
    refused = "(OSError, KeyError, IndexError, ImportError, ValueError)"
    return f"try:\n    {code}\nexcept {refused}:\n    pass\nelse:\n    raise RuntimeError('done')\n"


# --- Planted secrets ------------------------------------------------------------------------------------------------

# The secret is written in two parts, so that the searching code does not find itself.
CANARY = "canary-" + "7f3b1c"
SEARCH = """
import gc, os, sys
WORD = "canary-" + "7f3b1c"
def look(text, where):
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    if WORD in text:
        raise RuntimeError("found in " + where)
look(repr(dict(os.environ)) + repr(sys.argv), "environment")
frame = sys._getframe()
while frame is not None:
    if frame.f_globals is not globals():
        look(repr(dict(frame.f_globals)), "globals")
        look(repr([value for value in frame.f_locals.values() if isinstance(value, (str, bytes, dict))]), "locals")
    frame = frame.f_back
for thing in gc.get_objects():
    if type(thing) in (dict, list, tuple) and len(thing) < 50 and thing is not globals():
        for value in (thing.values() if type(thing) is dict else thing):
            if type(value) in (str, bytes) and value != WORD:
                look(value, "memory")
for base in BASES:
    for folder, folders, files in os.walk(base):
        look(folder + repr(files), "names")
        for name in files[:200]:
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    look(file.read(65536), folder)
            except OSError:
                pass
"""


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Plant a secret in the environment, on the command line, in a file and in memory; return the folders to search."""
    monkeypatch.setenv("SECRET", CANARY)
    monkeypatch.setattr(sys, "argv", [*sys.argv, CANARY])
    (tmp_path / CANARY).write_text(CANARY)
    return ["/tmp", "/dev/shm", "/proc", "/home", "/candidate", "/grader", "/run", "/var", str(tmp_path)]


def _source(bases: list[str]) -> bytes:
    return SEARCH.replace("BASES", repr(bases)).encode()


def _search(bases: list[str]) -> SubmittedCode:
    return SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": _source(bases)})


def test_planted_secrets_are_not_found(planted: list[str], assignment: Assignment):
    """Candidate code finds no planted secret, neither those of this process nor that of an earlier submission."""
    sandbox = make_sandbox(assignment, preload=(), protected=True)
    holds = f"SECRET = {CANARY!r}\nopen('/tmp/kept', 'w').write(SECRET)\n".encode()
    other = SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": holds})
    try:
        replies = [
            sandbox.call(Call(code=code, probe="importing", inputs={}, budget=BUDGET))
            for code in (_search(planted), other, _search(planted))
        ]
    finally:
        sandbox.close()

    assert [reply.error for reply in replies] == [None] * 3
    assert all(CANARY not in repr(reply) for reply in replies)


def test_the_search_finds_the_secret_without_a_sandbox(planted: list[str], assignment: Assignment):
    """The same search finds the secret when it runs without a sandbox."""
    # The package has a name of its own, because the tests' root contains an `assignment` package too.
    search = SubmittedCode(module="searching.exercise", files={"searching/exercise.py": _source(planted[-1:])})
    sandbox = Unprotected(assignment.manifest.probes)
    reply = sandbox.call(Call(code=search, probe="importing", inputs={}, budget=BUDGET))
    sandbox.close()

    assert reply.error is not None
    assert "found in" in reply.error.detail


def test_no_connection_reaches_a_service_of_this_machine(sandbox: Sandbox):
    """Candidate code cannot connect to a server on this machine; code outside the sandbox can."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        met = threading.Event()

        def accept() -> None:
            server.accept()[0].close()
            met.set()

        threading.Thread(target=accept, daemon=True).start()
        connect = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=2)\n"

        assert _imported(sandbox, connect) is not None
        assert not met.wait(0.5)
        socket.create_connection(("127.0.0.1", port)).close()
        assert met.wait(5)


def _imported(sandbox: Sandbox, source: str) -> str | None:
    """Import a source in a sandbox; return the error that it raised, or None."""
    code = SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": source.encode()})
    reply = sandbox.call(Call(code=code, probe="importing", inputs={}, budget=BUDGET))
    assert reply.status in (Status.ANSWERED, Status.FAILED), reply
    return None if reply.error is None else reply.error.detail


# --- State that persists --------------------------------------------------------------------------------------------

# Each entry is an action of one call and the check that would detect it in the next.
STAY = {
    "files": (
        "for folder in ('/tmp', '/dev/shm', '/candidate', os.path.expanduser('~')):\n"
        "    open(os.path.join(folder, 'seen'), 'w').close()",
        "any(os.path.exists(os.path.join(f, 'seen')) for f in ('/tmp', '/dev/shm', '/candidate'))",
    ),
    "compiled files": (
        "os.makedirs('/candidate/assignment/__pycache__', exist_ok=True)\n"
        "open('/candidate/assignment/__pycache__/model.cpython-311.pyc', 'wb').write(b'x')",
        "os.path.exists('/candidate/assignment/__pycache__')",
    ),
    "a module on the path": (
        "open('/candidate/math_helper.py', 'w').write('raise SystemExit')",
        "os.path.exists('/candidate/math_helper.py')",
    ),
    "the environment": ("os.environ['SEEN'] = '1'", "'SEEN' in os.environ"),
    "a default dtype": ("torch.set_default_dtype(torch.float64)", "torch.get_default_dtype() != torch.float32"),
    "no gradients": ("torch.set_grad_enabled(False)", "not torch.is_grad_enabled()"),
    "threads": ("torch.set_num_threads(2)", "torch.get_num_threads() != 1"),
    "determinism": (
        "torch.use_deterministic_algorithms(True)",
        "torch.are_deterministic_algorithms_enabled()",
    ),
    "random": ("random.seed(12345)", "random.random() == 0.41661987254534116"),
    "numpy's random": ("numpy.random.seed(5)", "numpy.random.get_state()[1][0] == 5"),
    "torch's random": ("torch.manual_seed(5)", "torch.initial_seed() == 5"),
    "modules": ("sys.modules['seen'] = os", "'seen' in sys.modules"),
    "builtins": ("builtins.seen = 1", "hasattr(builtins, 'seen')"),
    "a patch": ("torch.seen = 1", "hasattr(torch, 'seen')"),
    "a thread": (
        "threading.Thread(target=time.sleep, args=(60,), name='seen', daemon=True).start()",
        "any(thread.name == 'seen' for thread in threading.enumerate())",
    ),
    "a working folder": ("os.chdir('/tmp')", "os.getcwd() == '/tmp'"),
    "a mask": ("os.umask(0o777)", "os.umask(0o22) == 0o777"),
    "signal handlers": (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "signal.getsignal(signal.SIGTERM) == signal.SIG_IGN",
    ),
    "recursion": ("sys.setrecursionlimit(60)", "sys.getrecursionlimit() == 60"),
}


@pytest.mark.parametrize("way", STAY)
def test_no_state_persists_to_the_next_call(way: str, sandbox: Sandbox):
    """Changes that one call makes are gone in the next call; the check does detect them within the same call."""
    imports = "import builtins, numpy, os, random, signal, sys, threading, time, torch\n"
    leave, met = STAY[way]
    look = f"if {met}:\n    raise RuntimeError('met')\n"

    assert _imported(sandbox, f"{imports}{look}{leave}\n") is None
    assert _imported(sandbox, f"{imports}{look}{leave}\n") is None
    assert "met" in (_imported(sandbox, f"{imports}{leave}\n{look}") or ""), "the look would not find it"


def test_no_file_outside_is_written(grade: Grade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A submission that tries to write files in many folders leaves the checkout and those folders unchanged."""
    monkeypatch.chdir(tmp_path)
    before = _listing()
    scatter = (
        "import os\n"
        f"for folder in ('.', '/tmp', '/dev/shm', '/var/tmp', '/candidate', os.path.expanduser('~'), {str(ROOT)!r}):\n"
        "    try: open(os.path.join(folder, 'left-behind'), 'w').close()\n    except OSError: pass"
    )

    assert points(grade(f"{scatter}\n{HONEST}")) == FULL
    assert _listing() == before == set()


def _listing() -> set[str]:
    places = (Path.cwd(), Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"), Path.home(), ROOT)
    return {str(place) for place in places if os.path.lexists(place / "left-behind")}
