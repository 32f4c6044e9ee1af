"""Escapes untrusted text for GitHub's Markdown, so that it is never interpreted as markup."""

import re

from grading.render.text import shortened, visible


def escape(text: str) -> str:
    """Return untrusted text as code, for a line or a table cell.

    Each special character becomes a numeric reference, which is never syntax. GitHub would still
    link mentions (`@team`), references (`#1`) and URLs in the rendered text, but not inside code.
    """
    plain = " ".join(visible(shortened(text)).split())
    return f"<code>{''.join(c if c.isalnum() or c in ' ,;?' else f'&#{ord(c)};' for c in plain)}</code>"


def block(text: str, language: str = "") -> str:
    """Return untrusted text as a fenced block that its content cannot close."""
    lines = visible(shortened(text).expandtabs(4).replace("\r", "")).split("\n")
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *(line[:500] for line in lines), fence])
