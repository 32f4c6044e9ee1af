"""Submissions that are alike beyond what they were given: for manual review, never a verdict.

Compared are the statements of each module as syntax trees in which the names that a function binds, annotations and
docstrings count nothing. What stands in the starter is left out, and so is what many of the cohort have written: three
short functions have few right forms, and to have hit on a common one says nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from grading.submission.source import outline

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
    given = frozenset().union(*(outline(starter).statements for starter in starters))
    own = {name: outline(source).statements - given for name, source in sources.items()}
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
