"""What the probe `followups` observes of `save_model`, `load_model` and `predict`, a record for each part."""

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from grading.run.observations import Floats, Observation, Sized, Text, Values, Word

# The tests say what is wrong with a shape; the probe sends no more than this.
MOST_RETURNED = 20_000
MOST_FILES, MOST_BYTES = 8, 256 * 1024

Outputs = Annotated[Floats, Values(most=MOST_RETURNED)]
# How a call with bad features ended.
Ending = Literal["returned", "ValueError", "other error"]


class SavedFile(Observation, frozen=True, kw_only=True):
    """A file that `save_model` wrote, to be laid down again for `load_model`; nobody else reads it."""

    name: Text
    content: Annotated[NDArray[np.uint8], Values(most=MOST_BYTES)]


class SavedModel(Observation, frozen=True, kw_only=True):
    """What `save_model` left in the model's folder."""

    files: Annotated[list[SavedFile], Meta(max_length=MOST_FILES)]


class Saved(Observation, frozen=True, kw_only=True):
    """Saved models, one for each that was given."""

    models: Annotated[list[SavedModel], Sized()]


class RoundTrip(Observation, frozen=True, kw_only=True):
    """What `predict` returned for a model that was loaded again."""

    rows: Outputs
    first_row: Outputs


class RoundTrips(Observation, frozen=True, kw_only=True):
    """Round trips, one for each model."""

    models: Annotated[list[RoundTrip], Sized()]


class Modes(Observation, frozen=True, kw_only=True):
    """What a model gave whose mode was not set before."""

    predicted: Outputs  # by `predict`, of a model in training mode
    loaded: Outputs  # by the model that `load_model` returned, called by itself
    in_parts: Outputs  # by the same model for the same rows, called for one part after the other


class ObservedModes(Observation, frozen=True, kw_only=True):
    """Outputs, one for each model."""

    models: Annotated[list[Modes], Sized()]


class UnsafeFiles(Observation, frozen=True, kw_only=True):
    """What became of files that run code when they are unpickled."""

    loaded: Outputs  # by a model from an untouched file
    ran: Annotated[list[Word], Meta(max_length=8)]  # in which kinds of file, or by which function, code was run


class Checked(Observation, frozen=True, kw_only=True):
    """What `predict` did with features that it has to reject, and with good ones."""

    accepted: Outputs  # for good features
    endings: Annotated[list[Ending], Sized()]  # for each kind of bad ones


class BadFeatures(Observation, frozen=True, kw_only=True):
    """Checks, one for each model, as it was given and as it was loaded."""

    models: Annotated[list[Checked], Sized()]
