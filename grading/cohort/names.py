"""Gives each submission of a cohort a unique name that is valid as a folder name."""

import itertools
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from grading.submission.read import own_name

_DEFAULT: Final = "submission"
# Characters that some file system forbids in names, in addition to control characters.
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')
# File systems allow 255 bytes, some only 143; a number may be appended.
_MOST_BYTES: Final = 120


def unique_names(paths: Sequence[Path], *, reserved: Collection[str], source: str) -> dict[str, Path]:
    """Return the submissions by name, in the order given.

    A name is printable UTF-8 of at most 140 bytes, no path, and differs from every other in more than upper and lower
    case: it can be a folder on every file system.

    Args:
        paths: the submissions.
        reserved: names that are taken already.
        source: the candidate's main file in a checkout.
    """
    taken = {_compared(name) for name in reserved}
    found: dict[str, Path] = {}
    for path in paths:
        base = _clean(own_name(path, source))
        numbered = (f"{base}-{number}" for number in itertools.count(2))
        name = next(name for name in itertools.chain([base], numbered) if _compared(name) not in taken)
        taken.add(_compared(name))
        found[name] = path
    return found


def _clean(name: str) -> str:
    plain = "".join(c if c.isprintable() and c not in _FORBIDDEN else "_" for c in unicodedata.normalize("NFC", name))
    short = plain.encode()[:_MOST_BYTES].decode(errors="ignore")
    # A dot in front hides a folder; Windows drops dots and spaces at the end.
    return short.lstrip(". ").rstrip(". ") or _DEFAULT


def _compared(name: str) -> str:
    """Return a key that is equal for two names that a case-insensitive file system does not distinguish."""
    return unicodedata.normalize("NFC", name.casefold())
