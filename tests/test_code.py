"""Tests of the candidate's code on the reviewer's page: highlighting, comparison, and their limits."""

import html
import re

from markupsafe import Markup

from grading.render.html.code import compared, highlighted
from tests.conftest import REFERENCE

CODE = REFERENCE.read_text(encoding="utf-8")


def plain(line: Markup) -> str:
    """Return the text of a line as a browser shows it."""
    return html.unescape(re.sub(r"<[^>]+>", "", line))


def test_ordinary_code_is_highlighted_line_by_line():
    """Each line of the source is a line of the page with the same text."""
    lines = highlighted(CODE)

    assert [plain(line).rstrip() for line in lines] == CODE.rstrip("\n").split("\n")
    assert any("<span" in line for line in lines)


def test_trailing_spaces_keep_the_line_numbers():
    """Spaces at the ends of lines and lines of spaces do not change the number of lines."""
    lines = highlighted("x = 1   \n" + "   \n" * 50 + "y = 2\n   \n")

    assert len(lines) == 53
    assert plain(lines[51]) == "y = 2"


def test_very_long_code_is_shown_plain_and_not_compared():
    """Very long code, which the lexer could take minutes for, is only escaped."""
    code = "name = '<a>' * 2\n" * 5000

    lines = highlighted(code)

    assert lines[0] == "name = &#39;&lt;a&gt;&#39; * 2"
    assert len(lines) == 3001
    assert list(compared(code, CODE)) == []


def test_ordinary_code_is_compared():
    """A changed line is shown next to the line of the reference."""
    changed = CODE.replace("model.train()", "pass")

    changes = [change for group in compared(changed, CODE) for change in group if not change.same]

    assert [(change.text or "").strip() for change in changes] == ["pass"]
    assert [(change.reference_text or "").strip() for change in changes] == ["model.train()"]
