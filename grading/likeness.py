"""Submissions that are alike beyond what they were given: a note for a person, never a verdict.

Compared are the statements of each module as syntax trees in which the names that a function binds, annotations and
docstrings count nothing. What stands in the starter is left out, and so is what many of the cohort have written: three
short functions have few right forms, and to have hit on a common one says nothing.
"""

import ast
import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

# A statement that more than this share of the cohort has, and more than this many, is a common one.
_COMMON_SHARE: Final = 0.1
_COMMON_COUNT: Final = 4
# Alike are two that share this many uncommon statements, and this share of all that either has.
_LEAST_SHARED: Final = 5
_LEAST_SHARE: Final = 0.6


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """Two submissions that share uncommon statements."""

    names: tuple[str, str]
    shared: int
    share: float  # of the uncommon statements of both


def alike(sources: Mapping[str, str], starters: Collection[str]) -> list[Likeness]:
    """Return the pairs that are alike, the most alike first.

    Args:
        sources: the modules, by the submission's name.
        starters: what they may have begun from.
    """
    given = frozenset().union(*map(statements, starters))
    own = {name: statements(source) - given for name, source in sources.items()}
    having: dict[str, list[str]] = defaultdict(list)
    for name, marks in own.items():
        for mark in marks:
            having[mark].append(name)
    most = max(_COMMON_COUNT, _COMMON_SHARE * len(own))
    uncommon = {mark for mark, names in having.items() if len(names) <= most}
    shared: Counter[tuple[str, str]] = Counter()
    for mark in uncommon:
        shared.update(combinations(having[mark], 2))
    found = []
    for (one, other), count in shared.items():
        if count < _LEAST_SHARED:
            continue
        share = count / len((own[one] | own[other]) & uncommon)
        if share >= _LEAST_SHARE:
            found.append(Likeness(names=(one, other), shared=count, share=share))
    return sorted(found, key=lambda pair: (-pair.share, -pair.shared, pair.names))


def groups(pairs: Sequence[Likeness]) -> list[list[str]]:
    """Return the sets of submissions that such pairs connect, the largest first."""
    of: dict[str, set[str]] = {}
    for pair in pairs:
        joined = set().union(*(of.get(name, {name}) for name in pair.names))
        of |= dict.fromkeys(joined, joined)
    distinct = {id(group): group for group in of.values()}.values()
    return sorted((sorted(group) for group in distinct), key=lambda group: (-len(group), group))


def statements(source: str) -> frozenset[str]:
    """Return a mark for each statement of a module; none if it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(_marks(tree))


def _marks(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            continue
        bound = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and not _is_read(inner)}
        bound |= {inner.arg for inner in ast.walk(node) if isinstance(inner, ast.arg)}
        plain = _Plain(bound)
        for inner in ast.walk(node):
            if isinstance(inner, ast.stmt) and not isinstance(inner, ast.Pass):
                yield hashlib.sha256(plain.told(inner).encode()).hexdigest()


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


# Annotations say nothing, and what a compound statement holds has marks of its own.
_LEFT_OUT: Final = frozenset(
    {"annotation", "returns", "type_comment", "ctx", "body", "orelse", "finalbody", "decorator_list"}
)


class _Plain:
    """Writes trees down without what says nothing of who wrote them."""

    def __init__(self, bound: Collection[str]) -> None:
        self._bound = bound

    def told(self, node: ast.AST) -> str:
        """Return a node as text."""
        if isinstance(node, ast.Name):
            return "_" if node.id in self._bound else node.id
        if isinstance(node, ast.arg):
            return "_"
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return "text"
        parts = [type(node).__name__]
        for field, value in ast.iter_fields(node):
            if field in _LEFT_OUT:
                continue
            parts += [self.told(one) if isinstance(one, ast.AST) else repr(one) for one in _listed(value)]
        return f"({' '.join(parts)})"


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]
