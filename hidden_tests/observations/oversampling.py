"""The observations of the probe `oversampling` of `oversample`, and the properties of the returned rows."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np

from grading.run.observations import Floats, Observation, Sized, Values
from hidden_tests.compare import all_true, equal
from hidden_tests.oracle import Bools
from hidden_tests.rows import one_each

# The tests report a wrong shape; the probe sends no more than this, some thirty times as much as is needed.
MOST_RETURNED = 20_000
# A synthetic row may be drawn to any of so many neighbours: the paper uses five, and other choices are right as well.
MOST_NEIGHBOURS = 10
# Measured over five seeds: the rows of eight right solutions are in the box itself; normal noise around the originals,
# the nearest wrong solution, puts a row of each data set at least 0.08 outside.
BOX_MARGIN = 1e-4
# Measured over five seeds: new rows of eight right solutions are at least 1.2e-4 away from every original.
COPY_DISTANCE = 1e-7
# A gap drawn near 0 or 1 makes a copy, or nearly one.
MOST_COPIES = 0.1
# Each data set lacks 48 rows of the rare class or more.
LEAST_NEW_ROWS = 5


class Returned(Observation, frozen=True, kw_only=True):
    """The features and labels that one call returned."""

    features: Annotated[Floats, Values(most=MOST_RETURNED)]
    labels: Annotated[Floats, Values(most=MOST_RETURNED)]


class Oversampled(Observation, frozen=True, kw_only=True):
    """Calls on the same rows, one for each seed."""

    calls: Annotated[list[Returned], Sized()]


@dataclass(frozen=True)
class OversampledRows:
    """One call of `oversample` on rows whose rare class has the label 1."""

    features: Floats
    labels: Floats
    returned: Returned

    @property
    def has_shapes(self) -> bool:
        """Return whether the rows are as wide as the originals and each has a label."""
        features, labels = self.returned.features, self.returned.labels
        wide = features.ndim == 2 and features.shape[1] == self.features.shape[1]
        return wide and one_each(labels, len(features)) is not None

    @property
    def shapes_message(self) -> str:
        """Return the shapes of the returned features and labels."""
        shapes = f"features {self.returned.features.shape} and labels {self.returned.labels.shape}"
        return f"oversample returned {shapes} for {self.features.shape} and {self.labels.shape}"

    @cached_property
    def lost(self) -> int:
        """Return how many of the originals are missing."""
        return (_count_rows(self.features, self.labels) - self._rows).total()

    @cached_property
    def new(self) -> Floats:
        """Return the rows that are not originals, with their labels, wherever they stand among the returned rows."""
        added = self._rows - _count_rows(self.features, self.labels)
        return np.array(list(added.elements())).reshape(-1, self.features.shape[1] + 1)

    @property
    def counts(self) -> list[int]:
        """Return how many rows are of the frequent class, of the rare class, and of any class."""
        labels = self.returned.labels
        return [int((labels == 0.0).sum()), int((labels == 1.0).sum()), labels.size]

    @property
    def is_balanced(self) -> bool:
        """Return whether both classes have the frequent one's count."""
        frequent = int((self.labels == 0.0).sum())
        return self.counts == [frequent, frequent, 2 * frequent]

    @property
    def between(self) -> Bools:
        """Return, for each new row of the rare class, whether it lies between two neighbours of that class."""
        rows, rare = self._new_rare, self.features[self.labels == 1.0]
        distances = np.linalg.norm(rare[:, None] - rare[None], axis=2)
        nearest = np.argsort(distances, axis=1)[:, 1 : MOST_NEIGHBOURS + 1]
        # A new row lies in the box that the two rows span: with one random gap for all features, and with one for each,
        # as in the paper's pseudo-code.
        low, high = (
            np.minimum(rare[:, None], rare[nearest]) - BOX_MARGIN,
            np.maximum(rare[:, None], rare[nearest]) + BOX_MARGIN,
        )
        boxes = list(zip(low.reshape(-1, rare.shape[1]), high.reshape(-1, rare.shape[1]), strict=True))
        found = np.zeros(len(rows), dtype=np.bool_)
        for least, most in boxes:  # one box at a time: all rows in all boxes at once would take much memory
            found |= ((rows >= least) & (rows <= most)).all(axis=1)
        return found

    @property
    def copies(self) -> Bools:
        """Return, for each new row of the rare class, whether it is a copy of an original."""
        rows = self._new_rare
        found = np.zeros(len(rows), dtype=np.bool_)
        for original in self.features[self.labels == 1.0]:
            found |= np.linalg.norm(rows - original, axis=1) < COPY_DISTANCE
        return found

    @property
    def has_new_rows(self) -> bool:
        """Return whether there are new rows of the rare class that differ."""
        return len({tuple(row) for row in self._new_rare.tolist()}) >= LEAST_NEW_ROWS

    @property
    def new_rows_message(self) -> str:
        """Return how many rows are new ones of the rare class."""
        rows, new = len(self.returned.features), len(self._new_rare)
        return f"of {rows} rows {new} are new ones of the rare class, expected at least {LEAST_NEW_ROWS} different ones"

    @property
    def lies_between(self) -> bool:
        """Return whether all new rows of the rare class lie between neighbours."""
        return self.has_new_rows and all_true(self.between)

    @property
    def is_synthetic(self) -> bool:
        """Return whether at most a tenth of the new rows are copies."""
        return float(self.copies.mean()) <= MOST_COPIES

    @property
    def _new_rare(self) -> Floats:
        return self.new[self.new[:, -1] == 1.0, :-1]

    @cached_property
    def _rows(self) -> Counter[tuple[float, ...]]:
        """How often each row was returned, its label last."""
        return _count_rows(self.returned.features, self.returned.labels.reshape(len(self.returned.features)))

    def is_the_same_as(self, other: "OversampledRows") -> bool:
        """Return whether rows and labels are the same, in the same order."""
        mine, theirs = self.returned, other.returned
        return all(
            left.shape == right.shape and left.size > 0 and equal(left, right)
            for left, right in ((mine.features, theirs.features), (mine.labels, theirs.labels))
        )

    def has_the_rows_of(self, other: "OversampledRows") -> bool:
        """Return whether rows and labels are the same, in whatever order."""
        return self._rows == other._rows


def _count_rows(features: Floats, labels: Floats) -> Counter[tuple[float, ...]]:
    return Counter(tuple(row) for row in np.column_stack([features, labels]).tolist())
