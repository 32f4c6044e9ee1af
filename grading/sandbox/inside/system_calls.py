"""The system calls that candidate code may make. All other calls are refused.

The lists follow a measurement: every correct submission and every snippet of `tests/submissions/features/` ran under
strace, in a sandbox that refused NOT_PERMITTED, DONE_WITHOUT and new processes, and nothing else.
`python tests/bench/system_calls.py measure` repeats it; `tests/measured_system_calls.json` is the last result.
`tests/test_system_calls.py` compares the lists with it: each allowed call was measured, or is listed with a reason.
The numbers are in `system_call_numbers.py`. The filter that the kernel runs is built in `seccomp.py`.
"""

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

# The error for calls in none of the lists below, including calls newer than this module: libraries assume an older
# kernel and fall back to another call.
OTHERWISE: Final = errno.ENOSYS

# Purpose: calls. Mounts, limits and namespaces restrict what these calls can reach.
ALLOWED: Final[Mapping[str, str]] = {
    "memory, which RLIMIT_AS bounds; executable as well, for ctypes and compiled kernels": (
        "brk mmap munmap mremap mprotect madvise msync"
    ),
    "threads; clone and futex are checked below": "exit gettid rseq sched_yield set_robust_list",
    "opening files": "openat close close_range dup2 dup3 pipe2",
    "reading and writing": (
        "read readv pread64 preadv2 write writev pwrite64 pwritev2 lseek ftruncate truncate fallocate fadvise64"
        " fsync fdatasync flock sendfile copy_file_range"
    ),
    "reading file metadata": ("stat fstat newfstatat statfs access readlink listxattr getdents64 getcwd chdir umask"),
    "changing files and folders": "mkdir rmdir link symlink rename unlink unlinkat chmod fchmod utimensat",
    "waiting": "poll pselect6 pause clock_nanosleep",
    "time, where it is not read without a system call": "clock_gettime times getrusage",
    "signals; kill and tgkill reach the call's own pid namespace, which has no other processes": (
        "kill tgkill rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait sigaltstack"
        " alarm setitimer getitimer"
    ),
    "process information": (
        "getpid getppid getpgid getpgrp getsid getuid geteuid getgid getegid getresuid getresgid getgroups getpriority"
    ),
    "machine information": "uname sysinfo sched_getaffinity",
    "random numbers": "getrandom",
    "limits, which can only be lowered": "prlimit64",
    "the reply's socket; other socket calls are checked below": "getsockname",
    "exit": "exit_group",
}

# Allowed though not measured, at least on the measuring machine. Reason: calls.
MARGIN: Final[Mapping[str, str]] = {
    "AArch64 has only these for access, chmod, link, mkdir, poll, readlink, rename and symlink": (
        "faccessat fchmodat linkat mkdirat ppoll readlinkat renameat symlinkat"
    ),
    "the C library, in other releases or functions, has these for newfstatat, pipe2, dup3, pselect6 and the like": (
        "lstat pipe dup select nanosleep preadv pwritev"
    ),
    "a machine whose clock cannot be read without a system call": "clock_getres gettimeofday time getcpu",
    "the kernel makes it in a process that was stopped while it slept, as by a paused container": "restart_syscall",
}

# Measured, but refused with ENOSYS: the callers have a fallback. Reason: calls.
DONE_WITHOUT: Final[Mapping[str, str]] = {
    "clone3 keeps its flags in memory, where no filter can read them; the C library then uses clone": "clone3",
    "OpenBLAS binds its memory to a node, and ignores the result": "mbind",
}

# Refused with EPERM: there is no fallback, and "Operation not permitted"
# is the right message in the candidate's traceback.
NOT_PERMITTED: Final[Mapping[str, str]] = {
    "new processes and programs; clone without the flags of a thread as well": "fork vfork execve execveat",
    "sockets of any kind; asyncio's event loop needs a socket pair and does not start": "socket socketpair",
    "other processes": "ptrace process_vm_readv process_vm_writev kcmp pidfd_open pidfd_getfd pidfd_send_signal",
    "namespaces, mounts and the root folder": "unshare setns mount umount2 pivot_root chroot",
    "users and privileges": "setuid setgid setreuid setregid setresuid setresgid setgroups capset setpriority",
    "owners and devices": "chown fchown lchown fchownat mknod mknodat",
    "attributes of files, memory that no limit counts; shutil passes over EPERM alone": (
        "getxattr lgetxattr fgetxattr setxattr lsetxattr fsetxattr"
    ),
    "the state of the machine": (
        "clock_settime settimeofday adjtimex clock_adjtime sethostname setdomainname reboot swapon swapoff"
        " init_module finit_module delete_module syslog acct iopl ioperm"
    ),
}

LISTS: Final = (ALLOWED, MARGIN, DONE_WITHOUT, NOT_PERMITTED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A call that is allowed for some values of one argument. The kernel reads 32 bits of each of these arguments."""

    argument: int  # its index, from 0
    values: Mapping[str, int]
    margin: Mapping[str, int] = field(default_factory=dict)  # allowed though not measured
    otherwise: int = errno.EPERM


CHECKED: Final[Mapping[str, Check]] = {
    # New threads are allowed, new processes are not: only the flags of pthread_create(3) are accepted.
    "clone": Check(argument=0, values={"those of pthread_create": 0x3D0F00}),
    # Without priority inheritance and requeueing, which are unused here and had several kernel vulnerabilities.
    "futex": Check(
        argument=1,
        values={
            "FUTEX_WAKE": 0x1,
            "FUTEX_WAIT_PRIVATE": 0x80,
            "FUTEX_WAKE_PRIVATE": 0x81,
            "FUTEX_WAIT_BITSET_PRIVATE": 0x89,
            "FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME": 0x109,
            "FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME": 0x189,
        },
        margin={"FUTEX_WAIT": 0x0, "FUTEX_WAIT_BITSET": 0x9, "FUTEX_WAKE_BITSET_PRIVATE": 0x8A},
        otherwise=errno.ENOSYS,
    ),
    "ioctl": Check(
        argument=1,
        values={
            "TCGETS (isatty)": 0x5401,
            "TIOCGWINSZ": 0x5413,
            "FIONBIO": 0x5421,
            "FIONCLEX": 0x5450,
            "FIOCLEX": 0x5451,
        },
        margin={"TCGETS2 (isatty, since glibc 2.42)": 0x802C542A, "FICLONE (pathlib, since Python 3.14)": 0x40049409},
    ),
    "fcntl": Check(
        argument=1,
        values={
            "F_SETFD": 2,
            "F_GETFL": 3,
            "F_SETLK": 6,
            "F_SETLKW": 7,
            "F_DUPFD_CLOEXEC": 1030,
        },
        margin={"F_DUPFD": 0, "F_GETFD": 1, "F_SETFL": 4, "F_GETLK (another's lock, by sqlite)": 5},
    ),
    "prctl": Check(
        argument=0,
        values={"PR_GET_NAME": 16},
        margin={"PR_SET_NAME (since Python 3.14)": 15, "PR_SVE_GET_VL (the length of AArch64's vectors)": 51},
    ),
    # The reply's socket sends and receives bytes: no out-of-band data (MSG_OOB), no descriptors (sendmsg), and no
    # descriptor of the process at its other end, the trusted one (SO_PEERPIDFD).
    "sendto": Check(argument=3, values={"no flags": 0}),
    "recvfrom": Check(argument=3, values={"no flags": 0}),
    "getsockopt": Check(argument=2, values={"SO_TYPE": 3, "SO_PROTOCOL": 38}),
}


def names(*lists: Mapping[str, str]) -> frozenset[str]:
    """Return the calls in some of the lists above."""
    return frozenset(name for purposes in lists for calls in purposes.values() for name in calls.split())
