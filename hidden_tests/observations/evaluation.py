"""What the probe `evaluation` observes of `evaluate`."""

from typing import Annotated, Literal

from msgspec import Meta

from grading.run.observations import Count, Floats, Observation, ReportedError, ReturnedNumber, Sized, Values, Word

# The probe keeps as many keys, and as many numbers, of what is returned.
MOST_KEPT = 20


class ObservedRun(Observation, frozen=True, kw_only=True):
    """One call of `evaluate`."""

    error: ReportedError | None
    kind: Literal["none", "mapping", "other"]  # of the result
    keys: Annotated[list[Word], Meta(max_length=MOST_KEPT)]
    # Those of the three that are among the keys.
    metrics: Annotated[dict[Literal["precision", "recall", "f1"], ReturnedNumber], Meta(max_length=3)]
    numbers: Annotated[list[float], Meta(max_length=MOST_KEPT)]  # all that the result holds, whatever it is
    # That the model was given, and how often the loader was begun. They explain; no test asks them for a point.
    rows: Count
    passes: Count
    weight: Annotated[Floats, Values(4)]  # the model's afterwards: all ones before
    learned: Annotated[Floats, Values(4)]  # the weight after one more step of plain gradient descent


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    runs: Annotated[list[ObservedRun], Sized()]
