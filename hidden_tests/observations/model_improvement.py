"""What the probe `followups` observes of the model that `build_improved` returns."""

from typing import Annotated

from grading.run.observations import Floats, Observation, Values

# The tests say what is wrong with a shape; the probe sends no more than this, four times what is asked for.
MOST_RETURNED = 20_000


class Improved(Observation, frozen=True, kw_only=True):
    """The model's output for features that it has not seen."""

    logits: Annotated[Floats, Values(most=MOST_RETURNED)]
