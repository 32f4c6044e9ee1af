"""What the probe `model_improvement` observes of the model that `build_improved` returns."""

from typing import Annotated

from grading.run.observations import Floats, Observation, Values

# The test reports a wrong shape; the probe sends no more than this, four times as much as is needed.
MOST_RETURNED = 20_000


class Improved(Observation, frozen=True, kw_only=True):
    """The model's output for the hidden features."""

    logits: Annotated[Floats, Values(most=MOST_RETURNED)]
