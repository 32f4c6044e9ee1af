"""What the probe `followups` observes of `oversample`."""

from typing import Annotated

from grading.run.observations import Floats, Observation, Sized, Values

# The tests say what is wrong with a shape; the probe sends no more than this, some thirty times what is asked for.
MOST_RETURNED = 20_000


class Returned(Observation, frozen=True, kw_only=True):
    """The features and labels that one call returned."""

    features: Annotated[Floats, Values(most=MOST_RETURNED)]
    labels: Annotated[Floats, Values(most=MOST_RETURNED)]


class Oversampled(Observation, frozen=True, kw_only=True):
    """Calls on the same rows, one for each seed."""

    calls: Annotated[list[Returned], Sized()]
