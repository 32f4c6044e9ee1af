"""Confines one call: its own process in new namespaces, with limits and a system-call filter.

Linux on x86-64 or AArch64. Sources: the manual pages clone(2), user_namespaces(7), mount(2), capabilities(7) and
seccomp(2). `system_calls.py` lists the allowed calls.
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grading.sandbox.inside import seccomp
from grading.sandbox.inside.system_call_numbers import NUMBERS

# The folder of the candidate's files: a private tmpfs in every call.
CANDIDATE_ROOT: Final = Path("/candidate")

# PyDLL holds the interpreter lock during the call, like os.fork.
_libc = ctypes.PyDLL(None, use_errno=True)

_NEW_NAMESPACES = {
    "mount": 0x00020000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x4000, 1 << 18
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION = 0x20080522


class JailError(OSError):
    """The kernel refused a part of the confinement, so the call must not run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The limits of one call other than time."""

    memory_bytes: int = 2 << 30  # address space in addition to the worker's
    file_bytes: int = 16 << 20  # of each private tmpfs, and of any one file
    open_files: int = 64


def clone() -> int:
    """Fork into new user, mount, pid, ipc, uts and net namespaces; return 0 in the child, its pid in the parent."""
    machine = _machine()
    seccomp.program(machine)  # built once here for all calls, not in each child
    flags = int(signal.SIGCHLD)
    for flag in _NEW_NAMESPACES.values():
        flags |= flag
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = int(_libc.syscall(NUMBERS[machine]["clone"], ctypes.c_long(flags), 0, 0, 0, 0))
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    return _checked(pid, "clone")


def confine(limits: Limits, *, cpu_seconds: int, identity: tuple[int, int], keep: int, hide: tuple[str, ...]) -> None:
    """Confine the calling process irreversibly; raise JailError if any part fails.

    Args:
        limits: the process's limits.
        cpu_seconds: the CPU time after which the kernel kills it.
        identity: the parent's user and group id, which the new user namespace maps to themselves.
        keep: the file descriptor that stays open; 0, 1 and 2 become /dev/null, all others are closed.
        hide: folders to cover with an empty, read-only tmpfs.
    """
    _map_identity(*identity)
    _set_limits(limits, cpu_seconds)
    _mount_private(limits, hide)
    _drop_capabilities()
    _close_files(keep)
    _filter_system_calls()


def _map_identity(user: int, group: int) -> None:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _set_limits(limits: Limits, cpu_seconds: int) -> None:
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, mapped + limits.memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _mount_private(limits: Limits, hide: tuple[str, ...]) -> None:
    _mount("/", None, _MS_REC | _MS_PRIVATE, None)
    for folder in ("/tmp", "/dev/shm", str(CANDIDATE_ROOT)):  # noqa: S108 - the sandbox's own folders, empty and new
        _mount(folder, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, f"size={limits.file_bytes},nr_inodes=1024")
    # /proc would expose this process's memory and descriptors, and is not needed.
    for folder in (*hide, "/proc"):
        _mount(folder, "tmpfs", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC, "size=4096,nr_inodes=1,mode=555")


def _mount(target: str, kind: str | None, flags: int, options: str | None) -> None:
    name = kind.encode() if kind else None
    result = _libc.mount(name, target.encode(), name, ctypes.c_ulong(flags), options.encode() if options else None)
    _checked(result, f"mount on {target}")


def _drop_capabilities() -> None:
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    _checked(_libc.capset(header, struct.pack("=6I", *(0,) * 6)), "capset")
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _checked(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")


def _close_files(keep: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(3, keep)
    os.closerange(keep + 1, os.sysconf("SC_OPEN_MAX"))


def _filter_system_calls() -> None:
    code = seccomp.program(_machine())
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // seccomp.INSTRUCTION_BYTES, ctypes.addressof(buffer))
    _checked(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0), "seccomp")


def _machine() -> str:
    machine = platform.machine()
    if machine not in NUMBERS:
        raise JailError(errno.ENOSYS, f"no system-call filter for the machine {machine!r}")
    return machine


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise JailError(number, f"{what}: {os.strerror(number)}")
    return result
