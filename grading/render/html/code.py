"""The candidate's code: highlighted line by line, and compared with the reference."""

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
# Measured: any text of this length, in lines of at most 400 characters, is highlighted and compared in 0.4 s;
# some text of six times that takes 18 s, because the lexer searches for distant delimiters. A solution has 3,000.
_MOST_HIGHLIGHTED = 40_000
_CONTEXT = 3
_LEXER = PythonLexer(stripnl=False, ensurenl=False)
_FORMATTER = HtmlFormatter(nowrap=True)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A line of the comparison: the text on either side, None if that side has no line."""

    number: int | None
    text: str | None
    reference_number: int | None
    reference_text: str | None
    same: bool


def highlighted(source: str) -> list[Markup]:
    """Return each line of a Python source as escaped HTML, without highlighting if the source is very long."""
    lines = _lines(source)
    if _is_long(lines):
        return [escape(line) for line in lines]
    # Invisible whitespace: from each blank line, the lexer scans all blank lines that follow.
    text = "\n".join(line.rstrip() for line in lines)
    markup = highlight(text, _LEXER, _FORMATTER)
    parts = markup.removesuffix("\n").split("\n")
    # If the lexer changes the number of lines, findings would move to other lines.
    if len(parts) != len(lines):
        return [escape(line) for line in lines]
    return [Markup(part) for part in parts]  # noqa: S704 - Pygments escapes


def compared(source: str, reference: str) -> Iterator[list[Change]]:
    """Yield the differences between a source and the reference, each with a few lines of context.

    A source that is too long to highlight is not a solution, and is not compared.
    """
    submitted, reference_lines = _lines(source), _lines(reference)
    if _is_long(submitted):
        return
    for group in difflib.SequenceMatcher(None, submitted, reference_lines).get_grouped_opcodes(_CONTEXT):
        yield [change for code in group for change in _changes(code, submitted, reference_lines)]


def _is_long(lines: list[str]) -> bool:
    return sum(len(line) + 1 for line in lines) > _MOST_HIGHLIGHTED


def _changes(
    code: tuple[str, int, int, int, int], submitted: list[str], reference_lines: list[str]
) -> Iterator[Change]:
    kind, start, end, reference_start, reference_end = code
    for offset in range(max(end - start, reference_end - reference_start)):
        here, there = start + offset, reference_start + offset
        yield Change(
            number=here + 1 if here < end else None,
            text=submitted[here] if here < end else None,
            reference_number=there + 1 if there < reference_end else None,
            reference_text=reference_lines[there] if there < reference_end else None,
            same=kind == "equal",
        )


def _lines(source: str) -> list[str]:
    lines = visible(source).expandtabs(4).rstrip("\n").split("\n")
    lines_to_show = [
        line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} …" for line in lines[:_MOST_LINES]
    ]
    return (
        lines_to_show
        if len(lines) <= _MOST_LINES
        else [*lines_to_show, f"# … and {len(lines) - _MOST_LINES} more lines"]
    )
