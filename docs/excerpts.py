"""What the documents show of the commands' output: `nox -s docs` writes it into them, and a test compares.

A document calls one of these functions in a comment, `<!-- [[[cog FUNCTION() ]]] -->`; what it prints stands between
that comment and the next, `<!-- [[[end]]] -->`.
"""

import contextlib
import functools
import io
import re
import tempfile
import tomllib
from pathlib import Path

from grading.cli import main
from grading.sandbox.inside.system_calls import ALLOWED, CHECKED, MARGIN

ROOT = Path(__file__).resolve().parent.parent
SUBMISSIONS = ROOT / "tests" / "submissions"
EXAMPLE = SUBMISSIONS / "example"


def grade() -> None:
    """Print what `grade` prints for the example."""
    printed, _ = _example()
    print(f"```\n{printed}```")


def promises() -> None:
    """Print the promises of the README, each with a figure that is counted here and the command that shows it."""
    catalogue = (ROOT / "hidden_tests" / "mistakes").glob("*/mistakes.toml")
    mistakes = [mistake for path in catalogue for mistake in tomllib.loads(path.read_text("utf-8"))["mistake"]]
    variants = sum(len(mistake.get("variant", ())) for mistake in mistakes)
    correct, mistaken = (len(list(SUBMISSIONS.glob(f"{folder}/*.py"))) for folder in ("styles", "*/mistaken"))
    allowed = sum(len(calls.split()) for calls in (*ALLOWED.values(), *MARGIN.values())) + len(CHECKED)
    for what, shown in {
        f"Mistakes are named, with their line: {len(mistakes)} kinds, and {variants} ways to make them; {mistaken} "
        "submissions make them in other words": "tests/test_mistaken.py",
        f"Style costs nothing: {correct} correct solutions in as many styles keep every point": "tests/test_styles.py",
        "Candidate code is isolated: no network, no hidden tests and no other process in reach, and "
        f"{allowed} system calls": "tests/attacks",
        "The grader's fault is never the candidate's: an error of the grader ends with status 3, names test and line, "
        "and writes no score": "tests/test_grader_faults.py",
    }.items():
        print(f"- {what}: `nox -s tests -- {shown}`.")
    print("- Scores are deterministic, independent of seed, load and threads: `nox -s soak`.")


def summary() -> None:
    """Print how the summary of the example begins: its score and its mistakes."""
    _, pages = _example()
    print(_quoted(pages["summary.md"].partition("\n## Still open")[0]))


def feedback() -> None:
    """Print the feedback for the example."""
    _, pages = _example()
    print(_quoted(pages["feedback.md"]))


def estimate() -> None:
    """Print what hosting costs."""
    print(_output("room", "estimate"), end="")


def key() -> None:
    """Print the interviewer's hints, marks and answers."""
    print(_output("interview", "--key"), end="")


@functools.cache
def _example() -> tuple[str, dict[str, str]]:
    """Grade the example once; return what `grade` prints, and its Markdown pages by name."""
    with tempfile.TemporaryDirectory(prefix="excerpts-") as folder:
        printed = _output("grade", str(EXAMPLE), "--seed", "1", "--out", folder)
        pages = {path.name: path.read_text(encoding="utf-8") for path in Path(folder).glob("*.md")}
    return printed.replace(folder, "build/grade"), pages


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
