"""Explains thresholds that do not have the highest F1."""

from collections.abc import Sequence

from grading.run.explain import Cause
from hidden_tests.observations.threshold_tuning import ChosenThreshold


def threshold_mistakes(id_: str, chosen: Sequence[ChosenThreshold]) -> list[Cause]:
    """Return the mistake that these cases show, with the first threshold that is not the best."""
    return [Cause(id_, detail=next((case.message for case in chosen if not case.is_best), ""))]
