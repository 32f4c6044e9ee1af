"""What the probe `figures` observes of a model, for the reviewer's figures."""

from typing import Annotated

from grading.run.observations import Floats, Observation, Values


class TrainedModel(Observation, frozen=True, kw_only=True):
    """A model trained with the candidate's functions."""

    losses: Annotated[Floats, Values("epochs")]  # as `train_epoch` returned them, NaN for what was no number
    logits: Annotated[Floats, Values("hidden")]
