"""Confines one call: a process of its own in fresh namespaces, with limits and a system-call filter.

Linux on x86-64 or AArch64. Sources: the manual pages clone(2), user_namespaces(7), mount(2), capabilities(7) and
seccomp(2); the kernel's headers asm/unistd_64.h and asm-generic/unistd.h for the numbers.
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

# Where the candidate's files are laid out: a private tmpfs in every call.
CANDIDATE_ROOT: Final = Path("/candidate")

# PyDLL keeps the interpreter's lock across the call, as os.fork does.
_libc = ctypes.PyDLL(None, use_errno=True)

_NEW_NAMESPACES = {
    "mount": 0x00020000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
_CLONE_THREAD = 0x00010000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x4000, 1 << 18
_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION = 0x20080522
_TERMINAL_INPUT = (0x5412, 0x541C)  # TIOCSTI and TIOCLINUX type into somebody else's terminal

# The architecture's audit number and its column in the tables below.
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_CLONE, _CLONE3, _IOCTL = (56, 220), (435, 435), (16, 29)

# Refused with EPERM: new processes, namespaces and mounts, other processes' memory, sockets, and the parts of the
# kernel with the longest record of holes. None where a machine does not have the call.
_REFUSED: Final[dict[str, tuple[int, int | None]]] = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "socket": (41, 198),
    # Memory that counts towards nobody's limit.
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "personality": (135, 92),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
}


class JailError(OSError):
    """The kernel refused a part of the confinement; the call must not run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one call may use, beside time."""

    memory_bytes: int = 2 << 30  # address space, beyond what the worker has mapped already
    file_bytes: int = 16 << 20  # of each private tmpfs, and of any one file
    open_files: int = 64


def clone() -> int:
    """Fork into new user, mount, pid, ipc, uts and net namespaces; return 0 in the child, its pid in the parent."""
    _, column = _machine()
    flags = int(signal.SIGCHLD)
    for flag in _NEW_NAMESPACES.values():
        flags |= flag
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = int(_libc.syscall(_CLONE[column], ctypes.c_long(flags), 0, 0, 0, 0))
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    return _checked(pid, "clone")


def confine(limits: Limits, *, cpu_seconds: int, identity: tuple[int, int], keep: int, hide: tuple[str, ...]) -> None:
    """Lock the calling process in, for good; raise JailError if any part fails.

    Args:
        limits: what the process may use from now on.
        cpu_seconds: the CPU time after which the kernel kills it.
        identity: user and group id of the parent, which the new user namespace maps to themselves.
        keep: the one file descriptor that stays open beside 0, 1 and 2, which become /dev/null.
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
    # /proc would show this process's own memory and descriptors; nothing that runs here needs it.
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
    architecture, column = _machine()
    allow, refuse, unknown, kill = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS, 0x80000000
    load, equal, at_least, any_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF_LD|W|ABS, JEQ, JGE, JSET, RET
    number, arch, first, second = 0, 4, 16, 24  # offsets in struct seccomp_data; of the arguments, the low half
    program = [
        *((load, 0, 0, arch), (equal, 1, 0, architecture), (give, 0, 0, kill), (load, 0, 0, number)),
        # The x32 calls of x86-64 are the same calls under other numbers.
        *((at_least, 0, 1, 0x40000000), (give, 0, 0, refuse)),
    ]
    for numbers in _REFUSED.values():
        if (call := numbers[column]) is not None:
            program += [(equal, 0, 1, call), (give, 0, 0, refuse)]
    # clone3 hides its flags behind a pointer; told that it does not exist, the C library uses clone.
    program += [(equal, 0, 1, _CLONE3[column]), (give, 0, 0, unknown)]
    program += [(equal, 0, 4, _CLONE[column]), (load, 0, 0, first), (any_bit, 1, 0, _CLONE_THREAD)]
    program += [(give, 0, 0, refuse), (give, 0, 0, allow)]
    program += [(equal, 0, 4, _IOCTL[column]), (load, 0, 0, second)]
    program += [(equal, 1, 0, request) for request in _TERMINAL_INPUT[:1]]
    program += [(equal, 0, 1, _TERMINAL_INPUT[1]), (give, 0, 0, refuse), (give, 0, 0, allow)]

    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    _checked(_libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0), "seccomp")


def _machine() -> tuple[int, int]:
    try:
        return _MACHINES[platform.machine()]
    except KeyError:
        raise JailError(errno.ENOSYS, f"no system-call filter for the machine {platform.machine()!r}") from None


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise JailError(number, f"{what}: {os.strerror(number)}")
    return result
