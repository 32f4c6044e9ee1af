"""What the probe `followups` observes of `best_threshold`."""

from typing import Annotated

from grading.run.observations import Observation, ReturnedNumber, Sized


class Thresholds(Observation, frozen=True, kw_only=True):
    """What was returned for each case."""

    thresholds: Annotated[list[ReturnedNumber], Sized()]
