"""The rows of `split` in `assignment/pipeline.py`: which are on which side, and with which labels."""

from dataclasses import dataclass
from functools import cached_property

from hidden_tests.compare import equal
from hidden_tests.observations.broken_pipeline import SplitParts
from hidden_tests.oracle import Floats
from hidden_tests.rows import one_each, row_numbers

TEST_SHARE = 0.25
# Rounding a quarter of each class up or down moves one row each; rounding a quarter of all rows moves one more.
ROUNDED_ROWS = 3
# A side's positives may be rounded up or down: by less than one and a half.
ROUNDED_POSITIVES = 1.5


@dataclass(frozen=True)
class SplitRows:
    """One call of `split` on rows whose first feature is their number."""

    labels: Floats  # of all rows
    columns: int
    parts: SplitParts

    @property
    def has_shapes(self) -> bool:
        """Return whether each side has rows of the right width, and one label for each row."""
        parts = self.parts
        pairs = (parts.train_features, parts.train_labels), (parts.test_features, parts.test_labels)
        return all(
            features.ndim == 2
            and features.shape[1] == self.columns
            and len(features) > 0
            and one_each(labels, len(features)) is not None
            for features, labels in pairs
        )

    @property
    def shapes_message(self) -> str:
        """Return the shapes of the four parts."""
        parts = self.parts
        shapes = [parts.train_features.shape, parts.train_labels.shape, parts.test_features.shape]
        return f"split returned the shapes {', '.join(map(str, [*shapes, parts.test_labels.shape]))}"

    @cached_property
    def train(self) -> list[int]:
        """Return the numbers of the training rows, -1 for a row that was not in the input."""
        return self._numbers(self.parts.train_features)

    @cached_property
    def test(self) -> list[int]:
        """Return the numbers of the test rows, -1 for a row that was not in the input."""
        return self._numbers(self.parts.test_features)

    def _numbers(self, features: Floats) -> list[int]:
        numbers: list[int] = row_numbers(features[:, 0], len(self.labels)).tolist()
        return numbers

    @property
    def has_every_row_once(self) -> bool:
        """Return whether each row is on exactly one side."""
        return sorted(self.train + self.test) == list(range(len(self.labels)))

    @property
    def has_only_rows(self) -> bool:
        """Return whether each side consists of different rows of the input."""
        return all(-1 not in rows and len({*rows}) == len(rows) for rows in (self.train, self.test))

    @property
    def keeps_labels(self) -> bool:
        """Return whether each row has its own label."""
        sides = (self.train, self.parts.train_labels), (self.test, self.parts.test_labels)
        return all(-1 not in rows and equal(labels.reshape(len(rows)), self.labels[rows]) for rows, labels in sides)

    @property
    def shows_how_it_is_drawn(self) -> bool:
        """Return whether there are test rows enough to compare two draws: half of a quarter."""
        return len(self.test) >= TEST_SHARE / 2 * len(self.labels)

    @property
    def is_a_quarter(self) -> bool:
        """Return whether a quarter of the rows is for testing, rounding aside."""
        return abs(len(self.test) - TEST_SHARE * len(self.labels)) <= ROUNDED_ROWS

    @property
    def keeps_shares(self) -> bool:
        """Return whether both sides have the share of positives of all rows, rounding aside.

        The labels of the input count: returned labels could be made up.
        """
        share = float(self.labels.mean())
        return self.has_only_rows and all(
            abs(float(self.labels[rows].sum()) - share * len(rows)) < ROUNDED_POSITIVES
            for rows in (self.train, self.test)
        )

    @property
    def rows_message(self) -> str:
        """Return how many rows are on each side, on neither and on both."""
        lost = len(set(range(len(self.labels))) - {*self.train, *self.test})
        both = len({*self.train} & {*self.test} - {-1})
        counts = f"{len(self.train)} rows to train on and {len(self.test)} to test on, of {len(self.labels)}"
        return f"{counts}; {lost} on neither side, {both} on both"

    @property
    def shares_message(self) -> str:
        """Return the share of positives on each side."""
        train, test = self.parts.train_labels, self.parts.test_labels
        sides = (
            f"{float(train.mean()):.1%} of {train.size} to train on, {float(test.mean()):.1%} of {test.size} to test"
        )
        return f"positive are {sides} on, expected {float(self.labels.mean()):.1%}"


def in_common(one: SplitRows, other: SplitRows) -> float:
    """Return the share of one split's test rows that are test rows of the other as well."""
    return len({*one.test} & {*other.test}) / len(one.test)


def most_in_common(other: SplitRows) -> float:
    """Return the share that two independent draws stay below: halfway from what chance gives, a quarter, to all."""
    return (1 + len(other.test) / len(other.labels)) / 2
