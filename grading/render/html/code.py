"""The candidate's code, highlighted line by line, and beside the reference."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from grading.render.text import visible

_LONGEST_LINE = 400
_MOST_LINES = 3000
# Measured: text of this length, in lines of at most 400 characters, is highlighted and compared in 0.4 s, whatever it
# is; some text of six times that takes 18 s, as the lexer looks for ends that are far off. A solution has 3,000.
_MOST_HIGHLIGHTED = 40_000
_CONTEXT = 3
_LEXER = PythonLexer(stripnl=False, ensurenl=False)
_FORMATTER = HtmlFormatter(nowrap=True)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A line of the comparison: what stands on either side, None for nothing."""

    number: int | None
    text: str | None
    reference_number: int | None
    reference_text: str | None
    same: bool


def highlighted(source: str) -> list[Markup]:
    """Return each line of a Python source as HTML in which all of it is escaped, plain if the source is very long."""
    lines = _lines(source)
    if _is_long(lines):
        return [escape(line) for line in lines]
    # Blanks that nobody sees: the lexer looks through all that follow, from each line of them.
    text = "\n".join(line.rstrip() for line in lines)
    shown = highlight(text, _LEXER, _FORMATTER)
    parts = shown.removesuffix("\n").split("\n")
    # A lexer that loses count must not move a finding to another line.
    if len(parts) != len(lines):
        return [escape(line) for line in lines]
    return [Markup(part) for part in parts]  # noqa: S704 - Pygments escapes


def compared(source: str, reference: str) -> Iterator[list[Change]]:
    """Yield the places where a source and the reference differ, each with a few lines around it.

    A source that is too long to highlight has nothing in common with a solution, and is not compared.
    """
    mine, theirs = _lines(source), _lines(reference)
    if _is_long(mine):
        return
    for group in difflib.SequenceMatcher(None, mine, theirs).get_grouped_opcodes(_CONTEXT):
        yield [change for code in group for change in _changes(code, mine, theirs)]


def _is_long(lines: list[str]) -> bool:
    return sum(len(line) + 1 for line in lines) > _MOST_HIGHLIGHTED


def _changes(code: tuple[str, int, int, int, int], mine: list[str], theirs: list[str]) -> Iterator[Change]:
    kind, start, end, their_start, their_end = code
    for offset in range(max(end - start, their_end - their_start)):
        here, there = start + offset, their_start + offset
        yield Change(
            number=here + 1 if here < end else None,
            text=mine[here] if here < end else None,
            reference_number=there + 1 if there < their_end else None,
            reference_text=theirs[there] if there < their_end else None,
            same=kind == "equal",
        )


def _lines(source: str) -> list[str]:
    lines = visible(source).expandtabs(4).rstrip("\n").split("\n")
    shown = [line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} …" for line in lines[:_MOST_LINES]]
    return shown if len(lines) <= _MOST_LINES else [*shown, f"# … and {len(lines) - _MOST_LINES} more lines"]
