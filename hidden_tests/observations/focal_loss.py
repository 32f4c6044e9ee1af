"""What the probe `focal` observes of `FocalLoss`."""

from typing import Annotated

from grading.run.observations import Observation, Sized
from hidden_tests.observations.measured_loss import ObservedLoss


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    cases: Annotated[list[ObservedLoss], Sized()]  # one for each set of arguments
