"""Makes forks cheap: moves a process's memory into huge pages.

A fork copies the parent's page table, and its exit frees the copy. With torch and
other imports these are about 65,000 pages of 4 KiB, more than half the cost of a short call; with
pages of 2 MiB they are a few hundred. Source: the manual page madvise(2), MADV_COLLAPSE, since Linux 6.1.
"""

import ctypes
from pathlib import Path

_MADV_COLLAPSE = 25
_HUGE = 2 << 20

_libc = ctypes.CDLL(None)


def collapse() -> None:
    """Move this process's memory into huge pages, as far as the kernel supports it and has free ones."""
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        span, permissions, _, _, _, *name = line.split(maxsplit=5)
        if permissions != "rw-p" or name not in ([], ["[heap]"]):
            continue
        start, end = (int(address, 16) for address in span.split("-"))
        start, end = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if start < end:
            # If an older kernel or lack of memory prevents it, forks are only slower.
            _libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_COLLAPSE)
