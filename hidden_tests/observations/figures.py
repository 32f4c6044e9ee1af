"""What the probe `showing` observes for the reviewer's figures."""

from typing import Annotated

from grading.run.observations import Floats, Observation, Values


class Shown(Observation, frozen=True, kw_only=True):
    """A model trained with the candidate's functions."""

    losses: Annotated[Floats, Values("epochs")]  # as `train_epoch` returned them, NaN for what was no number
    logits: Annotated[Floats, Values("hidden")]
