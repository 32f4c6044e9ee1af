"""Text for Markdown as GitHub renders it, with whatever a stranger wrote shown as text and nothing more."""

import re

_MAX_TEXT = 4000
# Control characters and those that hide or reorder text.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def escape(text: str) -> str:
    """Return a stranger's text for a line or a table cell, as code.

    Each special character becomes its numeric reference, which is never syntax. That alone would not keep GitHub from
    finding mentions (`@team`), references (`#1`) and addresses in what is rendered: inside code it does not look.
    """
    plain = " ".join(_INVISIBLE.sub("\ufffd", shortened(text)).split())
    return f"<code>{''.join(c if c.isalnum() or c in ' ,;?' else f'&#{ord(c)};' for c in plain)}</code>"


def block(text: str, language: str = "") -> str:
    """Return a stranger's text as a fenced block that nothing inside can end."""
    lines = _INVISIBLE.sub("\ufffd", shortened(text).expandtabs(4).replace("\r", "")).split("\n")
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *(line[:500] for line in lines), fence])


def shortened(text: str) -> str:
    """Return at most what a page has room for."""
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]} … ({len(text)} characters in all)"


def points(value: float | None) -> str:
    """Return points without a needless fraction; a dash while they are open."""
    return "–" if value is None else f"{value:g}"


def count(number: int, noun: str) -> str:
    """Return a number of things in words: `1 commit`, `2 commits`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
