"""Untrusted text in Markdown as GitHub renders it: shown as text and nothing more."""

import re

from grading.render.text import shortened, visible


def escape(text: str) -> str:
    """Return untrusted text for a line or a table cell, as code.

    Each special character becomes its numeric reference, which is never syntax. That alone would not keep GitHub from
    finding mentions (`@team`), references (`#1`) and addresses in what is rendered: inside code it does not look.
    """
    plain = " ".join(visible(shortened(text)).split())
    return f"<code>{''.join(c if c.isalnum() or c in ' ,;?' else f'&#{ord(c)};' for c in plain)}</code>"


def block(text: str, language: str = "") -> str:
    """Return untrusted text as a fenced block that nothing inside can end."""
    lines = visible(shortened(text).expandtabs(4).replace("\r", "")).split("\n")
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *(line[:500] for line in lines), fence])
