"""Finds submissions that are similar beyond the starter code: for manual review, never a verdict.

It compares the statements of each module as syntax trees, ignoring names that a function binds, annotations and
docstrings. Statements of the starter are left out, and so are statements that many submissions share: three
short functions have few correct forms, and sharing a common one proves nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from grading.submission.source import outline

# A statement is common if more than this share and more than this number of submissions have it.
_COMMON_SHARE: Final = 0.1
_COMMON_COUNT: Final = 4
# Two submissions are similar if they share this many uncommon statements, and this share of all that either has.
_LEAST_SHARED: Final = 5
_LEAST_SHARE: Final = 0.6


@dataclass(frozen=True, kw_only=True)
class SimilarPair:
    """A pair of submissions that share uncommon statements."""

    names: tuple[str, str]
    shared: int
    share: float  # of the uncommon statements of both


def similar_pairs(sources: Mapping[str, str], starters: Collection[str]) -> list[SimilarPair]:
    """Return the pairs of similar submissions, the most similar first.

    Args:
        sources: each submission's module, by the submission's name.
        starters: the starter modules of all levels.
    """
    starter_statements = frozenset().union(*(outline(starter).statements for starter in starters))
    own = {name: outline(source).statements - starter_statements for name, source in sources.items()}
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
            found.append(SimilarPair(names=(one, other), shared=count, share=share))
    return sorted(found, key=lambda pair: (-pair.share, -pair.shared, pair.names))


def groups(pairs: Sequence[SimilarPair]) -> list[list[str]]:
    """Return the groups of submissions that pairs connect, the largest first."""
    of: dict[str, set[str]] = {}
    for pair in pairs:
        joined = set().union(*(of.get(name, {name}) for name in pair.names))
        of |= dict.fromkeys(joined, joined)
    distinct = {id(group): group for group in of.values()}.values()
    return sorted((sorted(group) for group in distinct), key=lambda group: (-len(group), group))
