"""The events of an epoch that the probe `training_loop` notes, and what happened to each batch by them.

Events explain an outcome that is wrong. They decide nothing: candidate code that searches the process for them can
forge them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from grading.run.observations import AtMost, Floats, Observation, Values
from hidden_tests.compare import close
from hidden_tests.oracle import Epoch, sigmoid

# Against float64, absolute and relative: what docs/requirements.md allows. Measured: parameters after a right epoch are
# within 3e-7, and those of the nearest mistake are off by 4e-3.
TOLERANCE = 1e-4


class Forward(Observation, frozen=True, kw_only=True, tag="forward", tag_field="kind"):
    """A forward pass of the model."""

    rows: Annotated[Floats, Values(AtMost("rows"))]  # their numbers, from the model's input
    output: Annotated[Floats, Values(AtMost("rows"))]  # the logits
    parameters: Annotated[Floats, Values("parameters")]  # the model's, at this moment
    recording: bool  # whether autograd records


class Loss(Observation, frozen=True, kw_only=True, tag="loss", tag_field="kind"):
    """A call of the loss function."""

    logits: Annotated[Floats, Values(AtMost("rows"))]  # its first argument, flattened
    differentiable: bool  # whether these have a graph


class Backward(Observation, frozen=True, kw_only=True, tag="backward", tag_field="kind"):
    """A backward pass through a loss."""

    scale: float  # the gradient that reached the loss: 1 for `loss.backward()`


class Step(Observation, frozen=True, kw_only=True, tag="step", tag_field="kind"):
    """A step of the optimizer that was passed to `train_epoch`."""

    gradients: Annotated[Floats, Values("parameters")]  # that it used; zeros where there were none


class OtherStep(Observation, frozen=True, kw_only=True, tag="other step", tag_field="kind"):
    """A step of another optimizer."""


Event = Forward | Loss | Backward | Step | OtherStep


@dataclass(kw_only=True)
class BatchEvents:
    """The events from one batch's first forward pass to the next batch's."""

    rows: tuple[int, ...]
    training: bool | None  # the model's mode; None if the output is that of neither mode, or of both
    recording: bool
    output: Floats
    parameters: Floats
    loss_input: Floats | None = None  # the first logits that the loss was called with
    losses: int = 0  # how often the loss was computed
    differentiable: bool = True
    backward: int = 0
    steps: list[int] = field(default_factory=list)  # how many backward passes came before each step
    gradients: list[Floats] = field(default_factory=list)  # at each step
    scales: list[float] = field(default_factory=list)  # what each backward pass multiplied the loss by

    @property
    def loss_scale(self) -> float:
        """Return what the backward passes before the first step multiplied the loss by, together."""
        return float(sum(self.scales[: self.steps[0]])) if self.steps else 1.0

    @property
    def takes_sigmoid(self) -> bool:
        """Return whether the loss was called with the sigmoid or the softmax of the model's output."""
        if self.loss_input is None or len(self.loss_input) != len(self.output) or not len(self.output):
            return False
        with np.errstate(all="ignore"):
            powers = np.exp(self.output - self.output.max())
            squashed = (sigmoid(self.output), powers / powers.sum())
        return any(agree(self.loss_input, values) for values in squashed)

    def own_gradient(self, epoch: Epoch) -> Floats | None:
        """Return the gradient of this batch's loss at the parameters that the model had then; None if it is unknown."""
        if self.training is None or self.loss_input is None or len(self.loss_input) != len(self.output):
            return None
        slope: Floats | float = 1.0
        if self.takes_sigmoid:
            slope = self.loss_input * (1 - self.loss_input)
            if not agree(self.loss_input, sigmoid(self.output)):
                return None
        elif not agree(self.loss_input, self.output):
            return None
        return epoch.gradient(self.loss_input, np.array(self.rows), training=self.training, slope=slope)


def group_by_batch(epoch: Epoch, events: Sequence[Event]) -> list[BatchEvents]:
    """Return what happened to each batch, in order.

    Example:
        An epoch of two batches, of the rows 0 and 1, and of row 2. The events

            forward 0 1, loss, backward, step, forward 2, forward 2, loss, backward, step

        are two groups. The first has one loss, one backward pass and one step. So has the second: another forward pass
        over the same rows, for a log or in a closure, begins no new group. With `forward 0 1` once more at the end,
        there would be a third, in which nothing else happens. Events before the first forward pass belong to no batch.
    """
    batches: list[BatchEvents] = []
    for event in events:
        if isinstance(event, Forward):
            rows = _rows(event, len(epoch.targets))
            batch = BatchEvents(
                rows=rows,
                training=_mode(epoch, rows, event),
                recording=event.recording,
                output=event.output,
                parameters=event.parameters,
            )
            if batches and batches[-1].rows == batch.rows and not _starts_training(batches[-1], batch):
                continue
            batches.append(batch)
        elif not batches:
            continue
        elif isinstance(event, Step):
            batches[-1].steps.append(batches[-1].backward)
            batches[-1].gradients.append(event.gradients)
        elif isinstance(event, Loss):
            batches[-1].losses += 1
            if batches[-1].loss_input is None:
                batches[-1].loss_input = event.logits
                batches[-1].differentiable = event.differentiable
        elif isinstance(event, Backward):
            batches[-1].backward += 1
            batches[-1].scales.append(event.scale)
    return batches


def agree(values: Floats | float, expected: Floats | float) -> bool:
    """Return whether values are the expected ones, within the tolerance of the requirements."""
    return close(values, expected, rtol=TOLERANCE, atol=TOLERANCE)


def _rows(event: Forward, count: int) -> tuple[int, ...]:
    """Return the numbers of the rows of a forward pass; -1 for what is the number of none."""
    known = np.isfinite(event.rows) & (event.rows > -0.5) & (event.rows < count - 0.5)
    return tuple(round(float(row)) if is_known else -1 for row, is_known in zip(event.rows, known, strict=True))


def _mode(epoch: Epoch, rows: Sequence[int], event: Forward) -> bool | None:
    """Return the model's mode in a forward pass, computed from its input and its output."""
    if not rows or len(event.output) != len(rows) or min(rows) < 0:
        return None
    with np.errstate(all="ignore"):
        found = [
            mode
            for mode in (True, False)
            if agree(event.output, epoch.logits(event.parameters, np.array(rows), training=mode))
        ]
    return found[0] if len(found) == 1 else None


def _starts_training(last: BatchEvents, batch: BatchEvents) -> bool:
    """Return whether a pass over the same batch starts training where the last one, without a graph, only looked."""
    return batch.recording and not last.recording and not last.backward
