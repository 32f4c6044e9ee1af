"""What the documents show of the commands' output: `nox -s docs` writes it into them, and a test compares.

A document calls one of these functions in a comment, `<!-- [[[cog FUNCTION() ]]] -->`; what it prints stands between
that comment and the next, `<!-- [[[end]]] -->`.
"""

import contextlib
import functools
import io
import re
import tempfile
from pathlib import Path

from grading.cli import main

EXAMPLE = Path(__file__).resolve().parent.parent / "tests" / "submissions" / "example"


def summary() -> None:
    """Print how the summary of the example begins: its score and its mistakes."""
    print(_quoted(_pages()["summary.md"].partition("\n## Still open")[0]))


def feedback() -> None:
    """Print the feedback for the example."""
    print(_quoted(_pages()["feedback.md"]))


def estimate() -> None:
    """Print what hosting costs."""
    print(_output("room", "estimate"), end="")


def key() -> None:
    """Print the interviewer's hints, marks and answers."""
    print(_output("interview", "--key"), end="")


@functools.cache
def _pages() -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="excerpts-") as folder:
        _output("grade", str(EXAMPLE), "--seed", "1", "--out", folder)
        return {path.name: path.read_text(encoding="utf-8") for path in Path(folder).glob("*.md")}


def _output(*arguments: str) -> str:
    """Return what a command prints; raise if it fails."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = main(arguments)
    if status:
        raise RuntimeError(f"grading {' '.join(arguments)} ended with status {status}")
    return printed.getvalue()


def _quoted(text: str) -> str:
    """Return a page as a quotation, with its headings below those of the document."""
    lines = re.sub(r"^(#+)", r"##\1", text.strip(), flags=re.MULTILINE).splitlines()
    return "\n".join(f"> {line}".rstrip() for line in lines)
