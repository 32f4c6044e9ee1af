"""What the probe `production` observes of `save_model`, `load_model` and `predict`, and the models that are saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from grading.run.observations import Floats, Observation, Sized, Text, Values, Word
from hidden_tests.compare import close
from hidden_tests.oracle import Layer, network_logits, sigmoid
from hidden_tests.rows import one_each

# Measured: outputs of right solutions are within 1.3e-7 of the oracle's; the nearest wrong ones, of a model that was
# saved in half precision, are 4e-5 away.
ATOL = 1e-5
# For the test of safe loading, in which precision does not matter. Measured: the nearest outputs of a model that was
# not loaded are 0.35 away.
ROUNDED_ATOL = 0.02
# The tests report a wrong shape; the probe sends no more than this.
MOST_RETURNED = 20_000
MOST_FILES, MOST_BYTES = 8, 256 * 1024

Outputs = Annotated[Floats, Values(most=MOST_RETURNED)]
# How a call with bad features ended.
Ending = Literal["returned", "ValueError", "other error"]


class SavedFile(Observation, frozen=True, kw_only=True):
    """A file that `save_model` wrote. It is written again for `load_model`, and not read on the trusted side."""

    name: Text
    content: Annotated[NDArray[np.uint8], Values(most=MOST_BYTES)]


class SavedModel(Observation, frozen=True, kw_only=True):
    """What `save_model` left in the folder of its path."""

    files: Annotated[list[SavedFile], Meta(max_length=MOST_FILES)]


class Saved(Observation, frozen=True, kw_only=True):
    """Saved models, one for each model."""

    models: Annotated[list[SavedModel], Sized()]


class RoundTrip(Observation, frozen=True, kw_only=True):
    """What `predict` returned for a model that was loaded again."""

    rows: Outputs
    first_row: Outputs


class RoundTrips(Observation, frozen=True, kw_only=True):
    """Round trips, one for each model."""

    models: Annotated[list[RoundTrip], Sized()]


class Modes(Observation, frozen=True, kw_only=True):
    """The outputs of models whose mode was not set before."""

    predicted: Outputs  # by `predict`, of a model in training mode
    loaded: Outputs  # by the model that `load_model` returned, called by itself
    in_parts: Outputs  # by the same model for the same rows, called for one part after the other


class ObservedModes(Observation, frozen=True, kw_only=True):
    """Outputs, one for each model."""

    models: Annotated[list[Modes], Sized()]


class UnsafeFiles(Observation, frozen=True, kw_only=True):
    """What `load_model` did with files that run code when they are unpickled."""

    loaded: Outputs  # by a model from an untouched file
    ran: Annotated[list[Word], Meta(max_length=8)]  # in which kinds of file, or by which function, code was run


class Checked(Observation, frozen=True, kw_only=True):
    """What `predict` did with good features, and with features that it must reject."""

    accepted: Outputs  # for good features
    endings: Annotated[list[Ending], Sized()]  # for each kind of bad ones


class BadFeatures(Observation, frozen=True, kw_only=True):
    """Checks, two for each model: as it was built and as it was loaded."""

    models: Annotated[list[Checked], Sized()]


@dataclass(frozen=True)
class Network:
    """A model that is saved, and the features that it is called with."""

    layers: Sequence[Layer]
    features: Floats

    @cached_property
    def logits(self) -> Floats:
        """Return the model's output in evaluation mode, shape (n,)."""
        return network_logits(self.layers, self.features)

    @property
    def probabilities(self) -> Floats:
        """Return the sigmoid of the logits."""
        return sigmoid(self.logits)

    def outputs(self, found: Floats, *, atol: float = ATOL) -> bool:
        """Return whether these are the outputs in evaluation mode: logits, or probabilities of a wrapped model."""
        flat = one_each(found, len(self.logits))
        return flat is not None and any(
            close(flat, expected, rtol=atol, atol=atol) for expected in (self.logits, self.probabilities)
        )

    def distinguishes_rows(self, found: Floats) -> bool:
        """Return whether there is one number for each row, and the numbers differ."""
        flat = one_each(found, len(self.logits))
        return flat is not None and len(np.unique(flat)) > 1
