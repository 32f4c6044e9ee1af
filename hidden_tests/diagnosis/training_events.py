"""What happened in an epoch, batch by batch, put together from the events that the probe noted.

Events explain an outcome that is wrong. They decide nothing: candidate code that searches the process for them can
forge them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hidden_tests.compare import close
from hidden_tests.observations import training_loop as seen
from hidden_tests.oracle import Epoch, Floats, sigmoid

# The contract's: against float64.
TOLERANCE = 1e-4


@dataclass(kw_only=True)
class Window:
    """What happened from one batch's first forward pass to the next batch's."""

    rows: tuple[int, ...]
    training: bool | None  # the model's mode; None if the output is that of neither mode, or of both
    recording: bool
    output: Floats
    parameters: Floats
    given: Floats | None = None  # the first logits that the loss was given
    losses: int = 0  # how often the loss was computed
    differentiable: bool = True
    backward: int = 0
    steps: list[int] = field(default_factory=list)  # how many backward passes came before each step
    gradients: list[Floats] = field(default_factory=list)  # at each step
    scales: list[float] = field(default_factory=list)  # what each backward pass multiplied the loss by

    @property
    def scale(self) -> float:
        """What the backward passes before the first step multiplied the loss by, together."""
        return float(sum(self.scales[: self.steps[0]])) if self.steps else 1.0

    @property
    def takes_sigmoid(self) -> bool:
        """Whether the loss was given the sigmoid or the softmax of the model's output."""
        if self.given is None or len(self.given) != len(self.output) or not len(self.output):
            return False
        with np.errstate(all="ignore"):
            powers = np.exp(self.output - self.output.max())
            squashed = (sigmoid(self.output), powers / powers.sum())
        return any(agree(self.given, values) for values in squashed)

    def own_gradient(self, epoch: Epoch) -> Floats | None:
        """The gradient of this batch's loss where the model stood, given what the loss got; None if unknowable."""
        if self.training is None or self.given is None or len(self.given) != len(self.output):
            return None
        slope: Floats | float = 1.0
        if self.takes_sigmoid:
            slope = self.given * (1 - self.given)
            if not agree(self.given, sigmoid(self.output)):
                return None
        elif not agree(self.given, self.output):
            return None
        return epoch.gradient(self.given, np.array(self.rows), training=self.training, slope=slope)


def windows_of(epoch: Epoch, events: Sequence[seen.Event]) -> list[Window]:
    """Return the windows of an epoch, in order."""
    windows: list[Window] = []
    for event in events:
        if isinstance(event, seen.Forward):
            rows = _rows(event, len(epoch.targets))
            window = Window(
                rows=rows,
                training=_mode(epoch, rows, event),
                recording=event.recording,
                output=event.output,
                parameters=event.parameters,
            )
            # Another pass over the same batch, for logging or in a closure, belongs to that batch.
            if windows and windows[-1].rows == window.rows and not _is_a_new_pass(windows[-1], window):
                continue
            windows.append(window)
        elif not windows:
            continue
        elif isinstance(event, seen.Step):
            windows[-1].steps.append(windows[-1].backward)
            windows[-1].gradients.append(event.gradients)
        elif isinstance(event, seen.Loss):
            windows[-1].losses += 1
            if windows[-1].given is None:
                windows[-1].given = event.given
                windows[-1].differentiable = event.differentiable
        elif isinstance(event, seen.Backward):
            windows[-1].backward += 1
            windows[-1].scales.append(event.scale)
    return windows


def agree(values: Floats | float, wanted: Floats | float) -> bool:
    """Whether values are the wanted ones, within the contract's tolerance."""
    return close(values, wanted, rtol=TOLERANCE, atol=TOLERANCE)


def _rows(event: seen.Forward, count: int) -> tuple[int, ...]:
    """Return the numbers of the rows that a forward pass was given; -1 for what is none."""
    known = np.isfinite(event.rows) & (event.rows > -0.5) & (event.rows < count - 0.5)
    return tuple(round(float(row)) if is_known else -1 for row, is_known in zip(event.rows, known, strict=True))


def _mode(epoch: Epoch, rows: Sequence[int], event: seen.Forward) -> bool | None:
    """Return the model's mode in a forward pass, computed from what it was given and what it returned."""
    if not rows or len(event.output) != len(rows) or min(rows) < 0:
        return None
    with np.errstate(all="ignore"):
        found = [
            mode
            for mode in (True, False)
            if agree(event.output, epoch.logits(event.parameters, np.array(rows), training=mode))
        ]
    return found[0] if len(found) == 1 else None


def _is_a_new_pass(last: Window, window: Window) -> bool:
    """Whether a pass over the same batch starts training where the last one, without a graph, only looked."""
    return window.recording and not last.recording and not last.backward
