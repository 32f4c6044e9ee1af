"""Compose a submission from the reference and replacements for some of its functions."""

import ast
from pathlib import Path

REFERENCES = Path(__file__).resolve().parent.parent / "hidden_tests" / "reference"


def compose(replacement: str, name: str = "exercise.py") -> str:
    """Return a file of the reference, with the functions and classes that `replacement` defines replaced."""
    try:
        names = {node.name for node in ast.parse(replacement).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    except SyntaxError:
        return replacement
    source = (REFERENCES / name).read_text(encoding="utf-8")
    lines, kept, last = source.splitlines(), [], 0
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            kept += lines[last : node.lineno - 1]
            last = node.end_lineno or 0
    # Imports from __future__ must come first.
    future = [line for line in replacement.splitlines() if line.startswith("from __future__")]
    return "\n".join([*future, *kept, *lines[last:], "", "", *(x for x in replacement.splitlines() if x not in future)])
