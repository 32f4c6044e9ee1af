"""The grader's version, and a digest of everything that a grade or a page depends on.

The version is defined here, not in package metadata, because a checkout runs without being installed.
`pyproject.toml` repeats it, and a test compares the two.
"""

import functools
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from grading.content.load import FOLDER
from grading.content.records import Grader
from grading.errors import GradingError, reason

VERSION: Final = "0.1.0"
# The engine with its templates and pins, the hidden tests with rubrics and catalogue, and the handout.
_FOLDERS: Final = ("grading", FOLDER, "assignment")
_CACHE: Final = "__pycache__"


@functools.cache
def this_grader(root: Path) -> Grader:
    """Return the version and digest of the grader that this process runs.

    The digest is computed once: files that change later are not the code that this process has loaded.
    """
    return Grader(version=VERSION, digest=grader_digest(root))


def grader_digest(root: Path) -> str:
    """Return the SHA-256, in hexadecimal, of the grader and the assignment in a checkout.

    Every file counts, whatever its name, except Python's caches. In a fork that grades itself, the candidate's
    files are among them.

    Args:
        root: the checkout.

    Raises:
        GradingError: a file cannot be read.
    """
    digest = hashlib.sha256(VERSION.encode())
    for path in _files(root):
        try:
            content = os.fsencode(path.readlink()) if path.is_symlink() else _digest_of_file(path)
        except OSError as error:
            raise GradingError(f"{path}: cannot be read: {reason(error)}; fix its permissions, or remove it") from None
        name = os.fsencode(path.relative_to(root))
        digest.update(b"%d %s %d %s" % (len(name), name, len(content), content))
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    """Yield regular files and links below the folders, in the same order on every machine."""
    for folder in _FOLDERS:
        for parent, folders, files in os.walk(root / folder):
            folders[:] = sorted(name for name in folders if name != _CACHE)
            for name in sorted({*files, *folders}):
                path = Path(parent, name)
                if path.is_symlink() or path.is_file():
                    yield path


def _digest_of_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
