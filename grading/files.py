"""Writes files whole or not at all."""

import errno
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from grading.errors import GradingError, UsageError, reason


def prepare_output(out: Path, names: Iterable[str]) -> None:
    """Make the output folder, and take away what an earlier run left there: an old score must not pass for this one."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        for name in names:
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written to: {reason(error)}; give another --out") from None


def write_atomically(files: Mapping[Path, str]) -> None:
    """Write files so that all of them are there, each whole, or none: first under other names, then renamed."""
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
