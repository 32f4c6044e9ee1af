"""What is wrong with a follow-up, told from what it returned."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grading.run.explain import Cause
from grading.run.observations import ReturnedNumber
from hidden_tests.compare import all_true, close, equal
from hidden_tests.observations import oversampling
from hidden_tests.oracle import Bools, Floats, Layer, metrics, network_logits, sigmoid
from hidden_tests.rows import one_each

# Between float32 and the oracle.
ATOL = 1e-5
# A model is the one that was saved, although it may have been rounded on the way.
_ROUNDED = 0.02
# Synthetic rows may be drawn to any of so many neighbours: the paper's five, and room for another choice.
_MOST_NEIGHBOURS = 10
_MOST_COPIES = 0.1
# Of the rows that are missing in a data set, some fifty and more.
_LEAST_NEW = 5


# --- F1 -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """The threshold that was returned for one case."""

    targets: Floats
    probabilities: Floats
    returned: ReturnedNumber

    @cached_property
    def best(self) -> float:
        """The highest F1 that a threshold can have."""
        return max(self._f1(threshold) for threshold in np.unique(self.probabilities))

    @cached_property
    def reached(self) -> float:
        """F1 at the threshold that was returned; 0 if that is no number."""
        return self._f1(self.returned.number)

    @property
    def is_best(self) -> bool:
        """Whether no other threshold has a higher F1."""
        return self.reached >= self.best - ATOL

    @property
    def message(self) -> str:
        """What was returned, and what can be had."""
        found = f"{self.returned.number:.4g}" if self.returned.kind == "number" else "no number"
        return f"best_threshold returned {found}, whose F1 is {self.reached:.4f}, where {self.best:.4f} can be had"

    def _f1(self, threshold: float) -> float:
        return metrics(self.probabilities >= threshold, self.targets)["f1"]


# --- F2 -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Oversampled:
    """One call of `oversample` on rows of which the minority class has the label 1."""

    features: Floats
    labels: Floats
    returned: oversampling.Returned

    @property
    def has_shapes(self) -> bool:
        """Whether there are rows as wide as the originals, each with a label."""
        features, labels = self.returned.features, self.returned.labels
        wide = features.ndim == 2 and features.shape[1] == self.features.shape[1]
        return wide and one_each(labels, len(features)) is not None

    @property
    def shapes_message(self) -> str:
        """In which shapes features and labels came."""
        shapes = f"features {self.returned.features.shape} and labels {self.returned.labels.shape}"
        return f"oversample returned {shapes} for {self.features.shape} and {self.labels.shape}"

    @cached_property
    def lost(self) -> int:
        """How many of the originals are not there."""
        return (_pairs(self.features, self.labels) - self._pairs).total()

    @cached_property
    def new(self) -> Floats:
        """The rows that are no original, with their labels; it does not matter in which order they come."""
        added = self._pairs - _pairs(self.features, self.labels)
        return np.array(list(added.elements())).reshape(-1, self.features.shape[1] + 1)

    @property
    def counts(self) -> list[int]:
        """How many rows there are of the frequent class, of the rare one, and in all."""
        labels = self.returned.labels
        return [int((labels == 0.0).sum()), int((labels == 1.0).sum()), labels.size]

    @property
    def is_balanced(self) -> bool:
        """Whether both classes have the frequent one's count."""
        frequent = int((self.labels == 0.0).sum())
        return self.counts == [frequent, frequent, 2 * frequent]

    @property
    def between(self) -> Bools:
        """Of each new row of the rare class, whether it is between a row of that class and one of its neighbours."""
        rows, rare = self._new_rare, self.features[self.labels == 1.0]
        distances = np.linalg.norm(rare[:, None] - rare[None], axis=2)
        nearest = np.argsort(distances, axis=1)[:, 1 : _MOST_NEIGHBOURS + 1]
        # One gap for a row, or one for each feature, as in the paper's pseudo-code: in the box of the two either way.
        low, high = np.minimum(rare[:, None], rare[nearest]) - 1e-4, np.maximum(rare[:, None], rare[nearest]) + 1e-4
        boxes = list(zip(low.reshape(-1, rare.shape[1]), high.reshape(-1, rare.shape[1]), strict=True))
        inside = np.zeros(len(rows), dtype=np.bool_)
        for least, most in boxes:  # one at a time: all rows in all boxes at once would take much memory
            inside |= ((rows >= least) & (rows <= most)).all(axis=1)
        return inside

    @property
    def copies(self) -> Bools:
        """Of each new row of the rare class, whether it is a copy of an original."""
        rows = self._new_rare
        found = np.zeros(len(rows), dtype=np.bool_)
        for original in self.features[self.labels == 1.0]:
            found |= np.linalg.norm(rows - original, axis=1) < 1e-7
        return found

    @property
    def has_new_rows(self) -> bool:
        """Whether there are new rows of the rare class, and not always the same."""
        return len({tuple(row) for row in self._new_rare.tolist()}) >= _LEAST_NEW

    @property
    def new_rows_message(self) -> str:
        """How many rows are new."""
        rows = len(self.returned.features)
        return f"of {rows} rows {len(self._new_rare)} are new ones of the rare class, or all are alike"

    @property
    def lies_between(self) -> bool:
        """Whether all new rows of the rare class lie between neighbours."""
        return self.has_new_rows and all_true(self.between)

    @property
    def is_synthetic(self) -> bool:
        """Whether no more than a few new rows are copies."""
        return float(self.copies.mean()) <= _MOST_COPIES

    @property
    def _new_rare(self) -> Floats:
        return self.new[self.new[:, -1] == 1.0, :-1]

    @cached_property
    def _pairs(self) -> Counter[tuple[float, ...]]:
        labels = self.returned.labels.reshape(len(self.returned.features))
        return _pairs(self.returned.features, labels)

    def is_the_same_as(self, other: "Oversampled") -> bool:
        """Whether rows and labels are the same, in the same order."""
        mine, theirs = self.returned, other.returned
        return all(
            left.shape == right.shape and left.size > 0 and equal(left, right)
            for left, right in ((mine.features, theirs.features), (mine.labels, theirs.labels))
        )

    def has_the_rows_of(self, other: "Oversampled") -> bool:
        """Whether rows and labels are the same, in whatever order."""
        return self._pairs == other._pairs


def original_mistakes(calls: Sequence[Oversampled]) -> list[Cause]:
    """Explain originals that are missing, or that nothing was added to."""
    if strange := _strange_or_unchanged(calls):
        return strange
    lost = max(call.lost for call in calls)
    return [Cause("originals-lost", detail=f"{lost} of {len(calls[0].labels)} examples are gone")]


def balance_mistakes(calls: Sequence[Oversampled]) -> list[Cause]:
    """Explain classes of other counts."""
    if strange := _strange_or_unchanged(calls):
        return strange
    return [_unbalanced(next(call for call in calls if not call.is_balanced))]


def synthesis_mistakes(calls: Sequence[Oversampled]) -> list[Cause]:
    """Explain new rows that are not between neighbours."""
    if strange := _strange_or_unchanged(calls):
        return strange
    call = next(call for call in calls if not (call.lies_between and call.is_synthetic))
    outside, copies = int((~call.between).sum()), int(call.copies.sum())
    detail = f"of {len(call.copies)} new rows {outside} are not between neighbours, {copies} are copies"
    return [Cause("not-between-neighbours", "" if call.is_synthetic else "copies", detail)]


def seed_mistakes(calls: Sequence[tuple[Oversampled, Oversampled, Oversampled]]) -> list[Cause]:
    """Explain calls of which the first two have one seed, and the third another."""
    if strange := _strange_or_unchanged([call for of_case in calls for call in of_case]):
        return strange
    reproducible = all(first.is_the_same_as(again) for first, again, _ in calls)
    return [Cause("not-reproducible", "fixed-seed" if reproducible else "")]


def _strange_shapes(calls: Sequence[Oversampled]) -> list[Cause]:
    return [Cause("wrong-signature", detail=call.shapes_message) for call in calls if not call.has_shapes][:1]


def _strange_or_unchanged(calls: Sequence[Oversampled]) -> list[Cause]:
    if strange := _strange_shapes(calls):
        return strange
    unchanged = [call for call in calls if not call.has_new_rows][:1]
    made_up = [Cause("not-between-neighbours", detail=call.new_rows_message) for call in unchanged if call.is_balanced]
    return made_up or [_unbalanced(call) for call in unchanged]


def _unbalanced(call: Oversampled) -> Cause:
    frequent, rare, rows = call.counts
    before = f"{int((call.labels == 0.0).sum())} and {int((call.labels == 1.0).sum())}"
    return Cause("classes-not-balanced", detail=f"{frequent} and {rare} of {rows} rows, where there were {before}")


def _pairs(features: Floats, labels: Floats) -> Counter[tuple[float, ...]]:
    return Counter(tuple(row) for row in np.column_stack([features, labels]).tolist())


# --- F4 -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Network:
    """A model that is saved, and the features that it is asked about."""

    layers: Sequence[Layer]
    features: Floats

    @cached_property
    def logits(self) -> Floats:
        """What it gives in evaluation mode, shape (n,)."""
        return network_logits(self.layers, self.features)

    @property
    def probabilities(self) -> Floats:
        """The sigmoid of the logits."""
        return sigmoid(self.logits)

    def predicts(self, found: Floats) -> bool:
        """Whether these are its probabilities, in the right shape."""
        return found.shape == self.logits.shape and close(found, self.probabilities, rtol=0.0, atol=ATOL)

    def gave(self, found: Floats, *, atol: float = ATOL) -> bool:
        """Whether these are its outputs in evaluation mode: logits, or probabilities if it was wrapped."""
        flat = one_each(found, len(self.logits))
        return flat is not None and any(
            close(flat, wanted, rtol=atol, atol=atol) for wanted in (self.logits, self.probabilities)
        )

    def is_steady(self, found: Floats, again: Floats) -> bool:
        """Whether a row has the same output in whatever batch it comes, as in evaluation mode."""
        rows = len(self.logits)
        whole, in_parts = one_each(found, rows), one_each(again, rows)
        return whole is not None and in_parts is not None and close(whole, in_parts, rtol=ATOL, atol=ATOL)

    def gave_nearly(self, found: Floats) -> bool:
        """Whether these are its outputs, rounded on the way."""
        return self.gave(found, atol=_ROUNDED)

    def distinguishes_rows(self, found: Floats) -> bool:
        """Whether there is a number for each row, and not always the same."""
        flat = one_each(found, len(self.logits))
        return flat is not None and len(np.unique(flat)) > 1
