"""What the probe `training` observes of `train_epoch`."""

from typing import Annotated

from msgspec import Meta

from grading.observations import AtMost, Floats, Observation, ReportedError, ReturnedNumber, Sized, Values

# The probe stops noting beyond this, far above what one pass makes.
MAX_EVENTS = 4000


class Forward(Observation, frozen=True, kw_only=True, tag="forward", tag_field="kind"):
    """A forward pass of the model."""

    features: Annotated[Floats, Values(AtMost("rows", 2), "columns")]  # as the model was given them
    output: Annotated[Floats, Values(AtMost("rows", 2))]  # the logits
    parameters: Annotated[Floats, Values("parameters")]  # the model's, at this moment
    recording: bool  # whether autograd records


class Loss(Observation, frozen=True, kw_only=True, tag="loss", tag_field="kind"):
    """A call of the loss function."""

    given: Annotated[Floats, Values(AtMost("rows", 2))]  # the logits it was given, flattened
    value: float
    differentiable: bool


class Backward(Observation, frozen=True, kw_only=True, tag="backward", tag_field="kind"):
    """A backward pass through a loss."""

    scale: float  # the gradient that reached the loss: 1 for `loss.backward()`


class Step(Observation, frozen=True, kw_only=True, tag="step", tag_field="kind"):
    """A step of the optimizer that `train_epoch` was given."""

    gradients: Annotated[Floats, Values("parameters")]  # that it used; zeros where there were none


class OtherStep(Observation, frozen=True, kw_only=True, tag="other step", tag_field="kind"):
    """A step of another optimizer."""


Event = Forward | Loss | Backward | Step | OtherStep


class ObservedEpoch(Observation, frozen=True, kw_only=True):
    """One call of `train_epoch`."""

    error: ReportedError | None
    result: ReturnedNumber
    events: Annotated[list[Event], Meta(max_length=MAX_EVENTS)]  # in order
    final: Annotated[Floats, Values("parameters")]  # the model's parameters afterwards


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    epochs: Annotated[list[ObservedEpoch], Sized()]
