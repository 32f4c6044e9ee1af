"""What a training loop does, told from the parameters it leaves and from what model, loss and optimizer saw.

Whether an epoch is right is a matter of the final parameters and the returned loss alone; the events only explain.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from grading.harness import Cause
from hidden_tests.arrays import told
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
    losses: list[float] = field(default_factory=list)
    differentiable: bool = True
    backward: int = 0
    steps: list[int] = field(default_factory=list)  # how many backward passes came before each step
    gradients: list[Floats] = field(default_factory=list)  # at each step
    scales: list[float] = field(default_factory=list)  # what each backward pass multiplied the loss by


class ObservedEpoch:
    """One epoch as it was observed, beside what it should have been."""

    def __init__(self, epoch: Epoch, observed: seen.ObservedEpoch) -> None:
        self.epoch = epoch
        self.error = observed.error
        self.result = observed.result
        self.final = observed.final
        self.other_steps = sum(isinstance(event, seen.OtherStep) for event in observed.events)
        self.steps = sum(isinstance(event, seen.Step) for event in observed.events)
        self.windows = _windows(epoch, observed.events)
        forwards = [i for i, event in enumerate(observed.events) if isinstance(event, seen.Forward)]
        before = observed.events[: forwards[0]] if forwards else observed.events
        self.steps_before_anything = any(isinstance(event, seen.Step) for event in before)

    @property
    def did_nothing(self) -> bool:
        """Whether no batch ever reached the model."""
        return not self.windows

    @property
    def ended(self) -> bool:
        """Whether something happened, and came to an end."""
        return self.error is None and not self.did_nothing

    @cached_property
    def modes(self) -> set[bool | None]:
        """The modes of the forward passes that trained, or of all of them if none did, told by their output."""
        training = [window for window in self.windows if window.backward]
        return {window.training for window in training or self.windows}

    def leaves_parameters_of(self, *, training: bool) -> bool:
        """Whether the final parameters are those of a right epoch in this mode."""
        return _close(self.final, self.epoch.run(training=training)[0])

    @property
    def updates_rightly(self) -> bool:
        """Whether the final parameters are right, training mode aside."""
        return any(self.leaves_parameters_of(training=mode) for mode in (True, False)) or self._right_in_mixed_modes

    @property
    def trains_in_training_mode(self) -> bool:
        """Whether the forward passes ran in training mode, told by the parameters where those are right."""
        if self.leaves_parameters_of(training=True):
            return True
        return not self.leaves_parameters_of(training=False) and self.modes == {True}

    @property
    def _right_in_mixed_modes(self) -> bool:
        """Whether each batch was trained on rightly in whatever mode the model was in then."""
        epoch, expected, velocity = self.epoch, self.epoch.parameters, np.zeros_like(self.epoch.parameters)
        wanted = [tuple(range(*rows.indices(len(epoch.targets)))) for rows in epoch.batches]
        if len(self.modes) < 2 or [window.rows for window in self.windows] != wanted:
            return False
        for window in self.windows:
            if window.training is None:
                return False
            rows = np.array(window.rows)
            logits = epoch.logits(expected, rows, training=window.training)
            velocity = epoch.momentum * velocity + epoch.gradient(logits, rows, training=window.training)
            expected = expected - epoch.lr * velocity
        return _close(self.final, expected)

    @property
    def accepted_losses(self) -> list[float]:
        """What the epoch's mean loss may be: over batches or over samples, before each step or after it."""
        accepted = []
        sizes = [rows.stop - rows.start for rows in self.epoch.batches]
        sizes[-1] = len(self.epoch.targets) - self.epoch.batches[-1].start
        for mode in (True, False):
            if self.leaves_parameters_of(training=mode):
                accepted += _means(self.epoch.run(training=mode)[1], sizes, len(sizes), sum(sizes))
        everything = [window for window in self.windows if window.losses]
        # Of several passes, which are a mistake of their own, the first or the last may be what was averaged.
        for measured in (everything, everything[: len(sizes)], everything[-len(sizes) :]):
            seen = [len(window.rows) for window in measured]
            if not measured:
                continue
            for which in (0, -1):
                # A loop that was left early may divide by all batches or by those that it saw.
                losses = [window.losses[which] for window in measured]
                for batches, rows in ((len(seen), sum(seen)), (len(sizes), sum(sizes))):
                    accepted += _means(losses, seen, batches, rows)
        return accepted

    @property
    def told_parameters(self) -> str:
        """What the parameters came to, and should have."""
        if self.error is not None:
            return f"it raised {self.error.detail or self.error.kind}"
        right, _ = self.epoch.run(training=True)
        return f"the parameters end at {told(self.final)}, where {told(right)} is right"

    @property
    def told_loss(self) -> str:
        """What was returned, and should have been."""
        if self.error is not None:
            return f"it raised {self.error.detail or self.error.kind}"
        came = told(self.result.value) if self.result.kind == "number" else "no number"
        accepted = list(dict.fromkeys(told(loss) for loss in self.accepted_losses))
        return f"returned {came}, where {' or '.join(accepted[:2])} is right"

    @property
    def returns_mean_loss(self) -> bool:
        """Whether the result is the mean loss of the epoch."""
        return any(_close(self.result.number, wanted) for wanted in self.accepted_losses)


def result_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Explain a result that is not the mean loss, as a number."""
    if not observed.ended:
        return _failure_mistakes(observed)
    kinds = {"none": "not-implemented", "other": "wrong-signature"}
    return [kinds.get(observed.result.kind, "wrong-epoch-loss")]


def mode_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Explain training that was not seen to happen in training mode."""
    return _failure_mistakes(observed) if observed.did_nothing else ["missing-train-mode"]


def graph_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Explain a result that may hold on to the graph."""
    return ["loss-keeps-graph"] if observed.ended else _failure_mistakes(observed)


def _failure_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Explain an exception, or an epoch in which nothing happened."""
    if observed.error is None:
        return ["not-implemented"]
    crashed = observed.error.kind == "crash"
    last = observed.windows[-1] if observed.windows else None
    # "element 0 of tensors does not require grad": the graph was lost on the way, in or after the forward pass.
    if crashed and last is not None and not last.backward and not (last.recording and last.differentiable):
        return ["missing-backward"]
    return [Cause.of(observed.error)]


def update_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Explain parameters that are not those of one right epoch."""
    if not observed.ended:
        return _failure_mistakes(observed)
    found: list[str | Cause] = []
    if {row for window in observed.windows for row in window.rows} != set(range(len(observed.epoch.targets))):
        found.append("partial-epoch")
    if any(_takes_sigmoid(window) for window in observed.windows):
        found.append("sigmoid-before-logits-loss")
    if _close(observed.final, observed.epoch.parameters):
        found += _why_nothing_moved(observed)
    else:
        found += _why_it_moved_elsewhere(observed)
    # Every batch, right gradients and as many steps, and yet elsewhere: something besides the optimizer moved them.
    return found or ["extra-updates"]


def _why_nothing_moved(observed: ObservedEpoch) -> list[str | Cause]:
    backward = sum(window.backward for window in observed.windows)
    if observed.other_steps and not observed.steps:
        return ["extra-updates"]
    if not backward:
        return ["missing-backward"] if observed.steps else ["missing-backward", "missing-step"]
    if not observed.steps:
        return ["missing-step"]
    return ["step-before-backward"] if _steps_first(observed.windows) else ["missing-backward"]


def _why_it_moved_elsewhere(observed: ObservedEpoch) -> list[str | Cause]:
    batches = {window.rows for window in observed.windows}
    if observed.other_steps or observed.steps > len(batches):
        return ["extra-updates", *_gradient_mistakes(observed)]
    if observed.steps < len(batches):
        return ["missing-step"]
    if _steps_first(observed.windows) or observed.steps_before_anything:
        return ["step-before-backward", *_lagging_mistakes(observed)]
    return _gradient_mistakes(observed)


def _steps_first(windows: Sequence[Window]) -> bool:
    stepped = [window.steps[0] for window in windows if window.steps and window.backward]
    return bool(stepped) and not any(stepped)


def _gradient_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Compare the gradients at each batch's first step with the batch's own and with those of the batches before."""
    found: list[str | Cause] = []
    carried = last = np.zeros_like(observed.epoch.parameters)
    accumulates = wrong = False
    lags = 0
    for window in observed.windows:
        if not window.gradients:
            continue
        own = _own_gradient(observed.epoch, window)
        gradient = window.gradients[0]
        if own is None:
            wrong |= not _takes_sigmoid(window)
            carried = gradient
            continue
        scale = _scale(window)
        fresh = _close(gradient, own * scale)
        summed = not _close(carried, np.zeros_like(carried)) and _close(gradient, carried + own * scale)
        accumulates |= summed and not fresh
        lagging = not (fresh or summed) and bool(last.any()) and _close(gradient, last)
        lags += int(lagging)
        wrong |= not (fresh or summed or lagging) or not _close(scale, 1.0)
        carried, last = window.gradients[-1], own
    if accumulates:
        found.append("missing-zero-grad")
    if lags > 1:
        found.append("step-before-backward")
    elif wrong:
        found.append("wrong-gradient")
    return found


def _lagging_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Where each step comes before its batch's backward pass: do the gradients also add up?"""
    lagging = [window.gradients[0] for window in observed.windows if window.gradients]
    own = [_own_gradient(observed.epoch, window) for window in observed.windows]
    for i in range(2, min(len(lagging), len(own))):
        before = own[i - 1]
        if before is not None and _close(lagging[i], lagging[i - 1] + before) and not _close(lagging[i], before):
            return ["missing-zero-grad"]
    return []


def _own_gradient(epoch: Epoch, window: Window) -> Floats | None:
    """The gradient of this batch's loss where the model stood, given what the loss was given; None if unknowable."""
    if window.given is None or len(window.given) != len(window.output):
        return None
    if _takes_sigmoid(window):
        slope: Floats | float = window.given * (1 - window.given)
        if not _close(window.given, sigmoid(window.output)):
            return None
    elif _close(window.given, window.output):
        slope = 1.0
    else:
        return None
    if window.training is None:
        return None
    return epoch.gradient(window.given, np.array(window.rows), training=window.training, slope=slope)


def _takes_sigmoid(window: Window) -> bool:
    """Whether the loss was given the sigmoid or the softmax of the model's output."""
    if window.given is None or len(window.given) != len(window.output):
        return False
    powers = np.exp(window.output - window.output.max())
    return any(_close(window.given, squashed) for squashed in (sigmoid(window.output), powers / powers.sum()))


def _scale(window: Window) -> float:
    """What the backward passes before the first step multiplied the loss by, together."""
    return float(sum(window.scales[: window.steps[0]])) if window.steps else 1.0


def _windows(epoch: Epoch, events: Sequence[seen.Event]) -> list[Window]:
    windows: list[Window] = []
    for event in events:
        if isinstance(event, seen.Forward):
            window = Window(
                rows=_rows(event, len(epoch.targets)),
                training=_mode(epoch, event),
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
            windows[-1].losses.append(event.value)
            if windows[-1].given is None:
                windows[-1].given = event.given
                windows[-1].differentiable = event.differentiable
        elif isinstance(event, seen.Backward):
            windows[-1].backward += 1
            windows[-1].scales.append(event.scale)
    return windows


def _rows(event: seen.Forward, count: int) -> tuple[int, ...]:
    """Return the numbers of the rows that a forward pass was given: the first feature; -1 for what is none."""
    numbers = event.features[:, 0]
    known = np.isfinite(numbers) & (numbers > -0.5) & (numbers < count - 0.5)
    return tuple(round(float(number)) if is_known else -1 for number, is_known in zip(numbers, known, strict=True))


def _mode(epoch: Epoch, event: seen.Forward) -> bool | None:
    """Return the model's mode in a forward pass, computed from what it was given and what it returned."""
    if len(event.output) != len(event.features) or not len(event.output):
        return None
    features, weights, bias = event.features[:, 1:], event.parameters[:-1], event.parameters[-1]
    with np.errstate(all="ignore"):
        told = [
            mode
            for mode, scale in ((True, epoch.scale), (False, np.ones_like(epoch.scale)))
            if _close(event.output, (features * scale) @ weights + bias)
        ]
    return told[0] if len(told) == 1 else None


def _is_a_new_pass(last: Window, window: Window) -> bool:
    """Whether a pass over the same batch starts training where the last one, without a graph, only looked."""
    return window.recording and not last.recording and not last.backward


def _means(losses: Sequence[float], sizes: Sequence[int], batches: int, rows: int) -> list[float]:
    by_sample = float(np.dot(losses, sizes)) / rows
    return [float(np.sum(losses)) / batches, by_sample]


def _close(values: Floats | float, wanted: Floats | float) -> bool:
    return close(values, wanted, rtol=TOLERANCE, atol=TOLERANCE)
