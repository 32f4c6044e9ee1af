"""Text for every kind of page: untrusted text made visible and short, and points, counts and outcomes in words."""

import re
from typing import Final

from grading.run.records import Outcome

_MAX_TEXT: Final = 4000
# Control characters, those that hide or reorder text, and surrogates, which cannot be written.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
OUTCOMES: Final = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERROR: "did not run to its end",
    Outcome.TIMEOUT: "ran out of time",
}


def visible(text: str) -> str:
    """Return a text in which each character that nobody would see is a replacement character."""
    return _INVISIBLE.sub("\ufffd", text.replace("\r\n", "\n"))


def shortened(text: str) -> str:
    """Return at most what a page has room for."""
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]} … ({len(text)} characters in all)"


def points(value: float | None) -> str:
    """Return points without a needless fraction; a dash while they are open."""
    return "–" if value is None else f"{value:g}"


def count(number: int, noun: str) -> str:
    """Return a number of things in words: `1 commit`, `2 commits`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
