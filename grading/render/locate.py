"""Finds the line of the candidate's code that shows a mistake, where the code alone can tell."""

import ast

from grading.model import FoundMistake, Scorecard


def line_of(found: FoundMistake, card: Scorecard) -> int | None:
    """Return the line that the run saw, else the first one that the catalogue says to look for, else the function's."""
    if found.line is not None:
        return found.line
    criterion = next((c for c in card.rubric.criterion if c.id == found.criterion), None)
    if criterion is None or criterion.file is not None:
        return None  # another file than the one that is shown
    function = criterion.function
    try:
        tree = ast.parse(card.run.submission.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    definitions = [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function
    ]
    if not definitions:
        return None
    lines = [
        getattr(node, "lineno", definitions[-1].lineno)
        for node in ast.walk(definitions[-1])
        if _name(node) in found.mistake.look_for
    ]
    return min(lines, default=definitions[-1].lineno)


def _name(node: ast.AST) -> str | None:
    """Return what a node is called: a name, an attribute, a keyword argument, or a kind of statement."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=name):
            return name
        case ast.Break() | ast.Return() | ast.For():
            return type(node).__name__.lower()
        case _:
            return None
