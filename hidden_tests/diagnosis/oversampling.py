"""Explains rows that are not the originals with enough synthetic rows to balance the classes."""

from collections.abc import Sequence

from grading.run.explain import Cause
from hidden_tests.observations.oversampling import OversampledRows


def original_mistakes(calls: Sequence[OversampledRows]) -> list[Cause]:
    """Explain originals that are missing."""
    if causes := _without_new_rows(calls):
        return causes
    lost = max(call.lost for call in calls)
    return [Cause("originals-lost", detail=f"{lost} of {len(calls[0].labels)} examples are missing")]


def balance_mistakes(calls: Sequence[OversampledRows]) -> list[Cause]:
    """Explain classes of different counts."""
    return _without_new_rows(calls) or [_unbalanced(next(call for call in calls if not call.is_balanced))]


def synthesis_mistakes(calls: Sequence[OversampledRows]) -> list[Cause]:
    """Explain new rows that are not between neighbours."""
    if causes := _without_new_rows(calls):
        return causes
    call = next(call for call in calls if not (call.lies_between and call.is_synthetic))
    outside, copies = int((~call.between).sum()), int(call.copies.sum())
    detail = f"of {len(call.copies)} new rows {outside} are not between neighbours, {copies} are copies"
    return [Cause("not-between-neighbours", "" if call.is_synthetic else "copies", detail)]


def seed_mistakes(calls: Sequence[Sequence[OversampledRows]]) -> list[Cause]:
    """Explain calls for each data set, of which the first two have the same seed and the third another."""
    if causes := _without_new_rows([call for of_data_set in calls for call in of_data_set]):
        return causes
    reproducible = all(first.is_the_same_as(again) for first, again, _ in calls)
    return [Cause("not-reproducible", "fixed-seed" if reproducible else "")]


def _without_new_rows(calls: Sequence[OversampledRows]) -> list[Cause]:
    """Explain results of the wrong shape, or without new rows of the rare class; empty if there are neither."""
    if strange := [call for call in calls if not call.has_shapes]:
        return [Cause("wrong-signature", detail=strange[0].shapes_message)]
    unchanged = [call for call in calls if not call.has_new_rows][:1]
    alike = [Cause("not-between-neighbours", detail=call.new_rows_message) for call in unchanged if call.is_balanced]
    return alike or [_unbalanced(call) for call in unchanged]


def _unbalanced(call: OversampledRows) -> Cause:
    frequent, rare, rows = call.counts
    before = f"{int((call.labels == 0.0).sum())} and {int((call.labels == 1.0).sum())}"
    return Cause("classes-not-balanced", detail=f"{frequent} and {rare} of {rows} rows, before {before}")
