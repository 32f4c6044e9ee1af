"""What the probe `training` observes of `train_epoch`."""

from typing import Annotated

from msgspec import Meta

from grading.run.observations import AtMost, Floats, Observation, ReportedError, ReturnedNumber, Sized, Values

# The probe stops noting beyond this: two passes over the longest loader, each with forward, loss, backward and step.
MAX_EVENTS = 1100


class Forward(Observation, frozen=True, kw_only=True, tag="forward", tag_field="kind"):
    """A forward pass of the model."""

    rows: Annotated[Floats, Values(AtMost("rows"))]  # their numbers, as the model was given them
    output: Annotated[Floats, Values(AtMost("rows"))]  # the logits
    parameters: Annotated[Floats, Values("parameters")]  # the model's, at this moment
    recording: bool  # whether autograd records


class Loss(Observation, frozen=True, kw_only=True, tag="loss", tag_field="kind"):
    """A call of the loss function."""

    given: Annotated[Floats, Values(AtMost("rows"))]  # the logits it was given, flattened
    differentiable: bool  # whether these have a graph


class Backward(Observation, frozen=True, kw_only=True, tag="backward", tag_field="kind"):
    """A backward pass through a loss."""

    scale: float  # the gradient that reached the loss: 1 for `loss.backward()`


class Step(Observation, frozen=True, kw_only=True, tag="step", tag_field="kind"):
    """A step of the optimizer that `train_epoch` was given."""

    gradients: Annotated[Floats, Values("parameters")]  # that it used; zeros where there were none


class OtherStep(Observation, frozen=True, kw_only=True, tag="other step", tag_field="kind"):
    """A step of another optimizer."""


Event = Forward | Loss | Backward | Step | OtherStep


class Outcome(Observation, frozen=True, kw_only=True):
    """What one call of `train_epoch` came to: what points rest on."""

    error: ReportedError | None
    result: ReturnedNumber
    final: Annotated[Floats, Values("parameters")]  # the model's parameters afterwards


class WatchedEpoch(Observation, frozen=True, kw_only=True):
    """One call of `train_epoch`, with what happened on the way: that explains the outcome, and no more."""

    outcome: Outcome
    events: Annotated[list[Event], Meta(max_length=MAX_EVENTS)]  # in order


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    watched: Annotated[list[WatchedEpoch], Sized()]
    compared: Annotated[list[Outcome], Sized()]  # epochs of which nothing but the outcome is looked at
