"""Formats text for every kind of page: untrusted text, points, counts and outcomes."""

import re
from typing import Final

from grading.run.records import Outcome

_MAX_TEXT: Final = 4000
# Control characters, characters that hide or reorder text, and surrogates, which cannot be encoded.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
OUTCOMES: Final = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERROR: "ended with an error",
    Outcome.TIMEOUT: "timed out",
}


def visible(text: str) -> str:
    """Return a text with each invisible character replaced by a replacement character."""
    return _INVISIBLE.sub("\ufffd", text.replace("\r\n", "\n"))


def shortened(text: str) -> str:
    """Return a text shortened to the length limit of a page."""
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]} … ({len(text)} characters in all)"


def points(value: float | None) -> str:
    """Return points without trailing zeros; a dash while they are open."""
    return "–" if value is None else f"{value:g}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun in singular or plural: `1 commit`, `2 commits`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
