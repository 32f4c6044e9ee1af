"""Finds the line of the candidate's code that shows a mistake, where the code alone can tell."""

import ast

from grading.model import Criterion, FoundMistake, Scorecard


def file_of(found: FoundMistake, card: Scorecard) -> str | None:
    """Return the file that a mistake is in, None for the candidate's main module."""
    criterion = _criterion(found, card)
    return None if criterion is None else criterion.file


def source_of(found: FoundMistake, card: Scorecard) -> str:
    """Return the source that a mistake is in."""
    file = file_of(found, card)
    submission = card.run.submission
    return submission.source if file is None else submission.further.get(file, "")


def line_of(found: FoundMistake, card: Scorecard) -> int | None:
    """Return the line that the run saw, else the first one that the catalogue says to look for, else the function's."""
    if found.line is not None:
        return found.line
    criterion = _criterion(found, card)
    try:
        tree = ast.parse(source_of(found, card))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    definitions = [
        node
        for node in tree.body
        if isinstance(node, kinds) and criterion is not None and node.name == criterion.function
    ]
    if not definitions:
        return None
    lines = [
        getattr(node, "lineno", definitions[-1].lineno)
        for node in ast.walk(definitions[-1])
        if _name(node) in found.mistake.look_for
    ]
    return min(lines, default=definitions[-1].lineno)


def _criterion(found: FoundMistake, card: Scorecard) -> Criterion | None:
    criteria = (*card.rubric.criterion, *card.rubric.bonus)
    return next((criterion for criterion in criteria if criterion.id == found.criterion), None)


def _name(node: ast.AST) -> str | None:
    """Return what a node is called: a name, an attribute, a keyword argument, or a kind of statement."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=name):
            return name
        case ast.Break() | ast.Return() | ast.For():
            return type(node).__name__.lower()
        case _:
            return None
