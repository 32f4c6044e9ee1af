"""Writes files atomically, and reads untrusted files."""

import errno
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from grading.errors import GradingError, UsageError, reason


def prepare_output(out: Path, names: Iterable[str]) -> None:
    """Create the output folder, and remove an earlier run's files: an old score must not be taken for the new one."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        for name in names:
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written to: {reason(error)}; use another --out") from None


def write_atomically(files: Mapping[Path, str]) -> None:
    """Write all of the files or none: first under temporary names, then renamed."""
    scratch = {path: path.with_name(f".{path.name}.partial") for path in files}
    renamed: list[Path] = []
    path = Path()
    try:
        for path, text in files.items():
            scratch[path].write_text(text, encoding="utf-8")
        for path in files:
            scratch[path].replace(path)
            renamed.append(path)
    except BaseException as error:
        for left in (*scratch.values(), *renamed):
            left.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise GradingError(f"{path}: cannot be written: {reason(error)}") from None
        raise


def read_regular_file(path: Path, most: int) -> bytes:
    """Return up to `most` bytes of a regular file, without following links or waiting for a pipe.

    Raises:
        UsageError: it is not a regular file, or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        link = isinstance(error, OSError) and error.errno == errno.ELOOP
        raise UsageError(f"{path}: cannot be read: {'it is a link' if link else reason(error)}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{path}: is not a regular file")
    with open(descriptor, "rb") as file:
        return file.read(most)
