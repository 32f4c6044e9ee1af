"""Explains a model that is not twice as good as the baseline."""

from grading.run.explain import Cause


def improvement_mistakes(detail: str) -> list[Cause]:
    """Return the only mistake of this criterion."""
    return [Cause("not-twice-as-good", detail=detail)]
