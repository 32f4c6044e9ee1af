"""What a training loop does, told from what it leaves, and explained by what model, loss and optimizer saw.

Whether an epoch is right is a matter of the final parameters and the result alone. What they were computed from is
told by comparison: the same epoch runs again with one thing changed, and what changes in the outcome followed it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grading.run.explain import Cause
from grading.run.observations import ReportedError
from hidden_tests.compare import unchanged
from hidden_tests.describe import describe
from hidden_tests.diagnosis.training_events import Window, agree, windows_of
from hidden_tests.observations import training_loop as seen
from hidden_tests.oracle import Epoch, Floats

# Two epochs that compute the same differ by nothing; those that do not, by more than a hundred times this.
_SAME = 1e-6


class ObservedEpoch:
    """One epoch as it was observed, beside what it should have been."""

    def __init__(self, epoch: Epoch, observed: seen.WatchedEpoch) -> None:
        self.epoch = epoch
        self.outcome = observed.outcome
        self.error = observed.outcome.error
        self.result = observed.outcome.result
        self.final = observed.outcome.final
        self.other_steps = sum(isinstance(event, seen.OtherStep) for event in observed.events)
        self.steps = sum(isinstance(event, seen.Step) for event in observed.events)
        self.windows = windows_of(epoch, observed.events)
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

    @property
    def moved(self) -> bool:
        """Whether the parameters are others than before."""
        return not agree(self.final, self.epoch.parameters)

    @cached_property
    def right_modes(self) -> Mapping[bool, Sequence[Floats]]:
        """The modes in which a right epoch ends at these parameters, with the parameters on its way there."""
        ways = {mode: self.epoch.trajectory(training=mode) for mode in (True, False)}
        return {mode: way for mode, way in ways.items() if agree(self.final, way[-1])}

    @property
    def updates_rightly(self) -> bool:
        """Whether the final parameters are right, training mode aside."""
        return bool(self.right_modes) or self._right_in_mixed_modes

    @property
    def _right_in_mixed_modes(self) -> bool:
        """Whether each batch was trained on rightly in whatever mode the model was in then."""
        epoch, expected, velocity = self.epoch, self.epoch.parameters, np.zeros_like(self.epoch.parameters)
        if [window.rows for window in self.windows] != [tuple(_rows_of(epoch, rows)) for rows in epoch.batches]:
            return False
        for window in self.windows:
            if window.training is None:
                return False
            rows = np.array(window.rows)
            logits = epoch.logits(expected, rows, training=window.training)
            velocity = epoch.momentum * velocity + epoch.gradient(logits, rows, training=window.training)
            expected = expected - epoch.lr * velocity
        return agree(self.final, expected)

    @property
    def accepted_losses(self) -> list[float]:
        """What the mean loss of an epoch with these parameters may be: over batches or over samples.

        It may be measured before each step or after it, and in either mode.
        """
        sizes = _sizes(self.epoch)
        return [
            mean
            for way in self.right_modes.values()
            for measured in (True, False)
            for parameters in (way[:-1], way[1:])
            for mean in _means(self.epoch.losses(parameters, training=measured), sizes, len(sizes), sum(sizes))
        ]

    @property
    def parameters_message(self) -> str:
        """What the parameters came to, and should have."""
        if self.error is not None:
            return _error_message(self.error)
        if self.did_nothing:
            return "nothing was trained: the model was never called"
        right, _ = self.epoch.run(training=True)
        return f"the parameters end at {describe(self.final)}, where {describe(right)} is right"


@dataclass(frozen=True, kw_only=True)
class ComparedEpochs:
    """An epoch, and the same epoch run again with one thing changed."""

    base: ObservedEpoch
    again: seen.Outcome  # with nothing changed
    evaluation: seen.Outcome  # with another scale in evaluation mode
    training: seen.Outcome  # with another scale in training mode
    higher: seen.Outcome  # with `term` times the share of positives added to each batch's loss
    term: float

    @property
    def error(self) -> ReportedError | None:
        """The first error of any of them."""
        outcomes = (self.base.outcome, self.again, self.evaluation, self.training, self.higher)
        return next((outcome.error for outcome in outcomes if outcome.error is not None), None)

    @cached_property
    def parameters_from(self) -> set[bool]:
        """The modes of the model whose outputs the final parameters follow."""
        return self._modes(lambda outcome: outcome.final)

    @cached_property
    def result_from(self) -> set[bool]:
        """The modes of the model whose outputs the result follows."""
        return self._modes(lambda outcome: np.array([outcome.result.number]))

    def _modes(self, of: Callable[[seen.Outcome], Floats]) -> set[bool]:
        base = of(self.base.outcome)
        if not unchanged(of(self.again), base, tolerance=_SAME):
            return set()  # it changes by itself: from what it is computed cannot be told
        others = {False: self.evaluation, True: self.training}
        return {mode for mode, other in others.items() if not unchanged(of(other), base, tolerance=_SAME)}

    @property
    def computes(self) -> bool:
        """Whether parameters or result follow anything that the model returned."""
        return bool(self.parameters_from or self.result_from)

    @property
    def trains_in_training_mode(self) -> bool:
        """Whether the parameters, or where they never move the losses, follow training mode's outputs alone."""
        return self.error is None and (self.parameters_from or self.result_from) == {True}

    @property
    def rise(self) -> float:
        """How much higher the result is where the losses are."""
        return self.higher.result.number - self.base.result.number

    @property
    def accepted_rises(self) -> list[float]:
        """What a mean loss rises by: the mean over batches or over samples of what each batch's loss rises by."""
        sizes = _sizes(self.base.epoch)
        accepted = _means(self._rises, sizes, len(sizes), sum(sizes))
        everything = [window for window in self.base.windows if window.losses and -1 not in window.rows]
        # Of several passes, which are a mistake of their own, the first or the last may be what was averaged.
        for measured in (everything, everything[: len(sizes)], everything[-len(sizes) :]):
            if not measured:
                continue
            rises = [self._rise_of(window.rows) for window in measured]
            there = [len(window.rows) for window in measured]
            # A loop that was left early may divide by all batches or by those that it saw.
            for batches, rows in ((len(there), sum(there)), (len(sizes), sum(sizes))):
                accepted += _means(rises, there, batches, rows)
        return accepted

    @property
    def _rises(self) -> list[float]:
        return [self._rise_of(_rows_of(self.base.epoch, rows)) for rows in self.base.epoch.batches]

    def _rise_of(self, rows: Sequence[int]) -> float:
        return self.term * float(np.mean(self.base.epoch.targets[np.array(rows, dtype=np.int64)])) if rows else 0.0

    @property
    def returns_mean_loss(self) -> bool:
        """Whether the result is the mean loss of the epoch, as it went: that of right parameters where they are."""
        if not self.result_from or not any(agree(self.rise, wanted) for wanted in self.accepted_rises):
            return False
        accepted = self.base.accepted_losses
        return not accepted or any(agree(self.base.result.number, wanted) for wanted in accepted)

    @property
    def loss_message(self) -> str:
        """What was returned, and should have been."""
        if self.error is not None:
            return _error_message(self.error)
        if self.base.result.kind != "number":
            return "it returned no number"
        found = f"it returned {describe(self.base.result.number)}"
        if not self.result_from:
            return f"{found}, whatever the model's outputs are"
        accepted = self.base.accepted_losses or self.accepted_rises
        wanted = " or ".join(list(dict.fromkeys(describe(loss) for loss in accepted))[:2])
        if self.base.accepted_losses:
            return f"{found}, where {wanted} is right"
        rule = f"where each batch's loss is higher by {self.term:g} times its share of positives"
        return f"{rule}, the result is higher by {describe(self.rise)}, and {wanted} is right"

    @property
    def mode_message(self) -> str:
        """What was trained on, and in which mode."""
        if self.error is not None:
            return _error_message(self.error)
        if self.base.did_nothing:
            return "nothing was trained: the model was never called"
        if not self.computes:
            return "nothing was trained: parameters and result do not follow the model's outputs"
        return "a batch was trained on in evaluation mode"

    @property
    def way_of_averaging(self) -> str:
        """The variant of `wrong-epoch-loss` that the rise of the result shows; empty if it shows none."""
        rises, sizes = self._rises, _sizes(self.base.epoch)
        count, rows = len(sizes), sum(sizes)
        total, weighted = float(np.sum(rises)), float(np.dot(rises, sizes))
        divided = [*(total / n for n in (rows, sizes[0], count - 1, count + 1))]
        divided += [weighted / n for n in (count, sizes[0], count * sizes[0])]
        ways = {
            "last-batch": [rises[-1]],
            "first-batch": [rises[0]],
            "sum": [total, weighted],
            "wrong-divisor": divided,
        }
        found = [way for way, values in ways.items() if any(agree(self.rise, value) for value in values)]
        return found[0] if len(found) == 1 and self.result_from else ""


def result_mistakes(compared: ComparedEpochs) -> list[str | Cause]:
    """Explain a result that is not the mean loss, as a number."""
    observed = compared.base
    if compared.error is not None or not observed.ended:
        return _failure_mistakes(observed, compared.error)
    match observed.result.kind:
        case "none":
            return [Cause("wrong-epoch-loss", "nothing-returned")] if observed.moved else ["not-implemented"]
        case "other":
            return ["wrong-signature"]
        case _:
            return [Cause("wrong-epoch-loss", compared.way_of_averaging)]


def mode_mistakes(compared: ComparedEpochs) -> list[str | Cause]:
    """Explain training that did not happen in training mode."""
    if compared.error is not None or not compared.base.ended:
        return _failure_mistakes(compared.base, compared.error)
    return ["missing-train-mode"] if compared.computes else update_mistakes(compared.base)


def graph_mistakes(compared: ComparedEpochs) -> list[str | Cause]:
    """Explain a result that may hold on to the graph."""
    if compared.error is not None or not compared.base.ended:
        return _failure_mistakes(compared.base, compared.error)
    return ["loss-keeps-graph"] if compared.computes else update_mistakes(compared.base)


def _failure_mistakes(observed: ObservedEpoch, error: ReportedError | None) -> list[str | Cause]:
    """Explain an exception, or an epoch in which nothing happened."""
    if error is None:
        return ["not-implemented"]
    last = observed.windows[-1] if observed.windows else None
    # "element 0 of tensors does not require grad": the graph was lost on the way, in or after the forward pass.
    if (
        error.kind == "crash"
        and last is not None
        and not last.backward
        and not (last.recording and last.differentiable)
    ):
        return ["missing-backward"]
    return [Cause.of(error)]


def update_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Explain parameters that are not those of one right epoch."""
    if not observed.ended:
        return _failure_mistakes(observed, observed.error)
    found: list[str | Cause] = []
    reached = {row for window in observed.windows for row in window.rows}
    if reached != set(range(len(observed.epoch.targets))):
        found.append(Cause("partial-epoch", _part_of(observed.epoch, reached)))
    if any(window.takes_sigmoid for window in observed.windows):
        found.append("sigmoid-before-logits-loss")
    found += _why_it_moved_elsewhere(observed) if observed.moved else _why_nothing_moved(observed)
    # Every batch, right gradients and as many steps, and yet elsewhere: something besides the optimizer moved them.
    return found or [Cause("extra-updates", _kind_of_moves(observed))]


def _part_of(epoch: Epoch, reached: set[int]) -> str:
    """Return the variant of `partial-epoch` that the rows reached show; empty if they show none."""
    seen_batches = [set(_rows_of(epoch, rows)) <= reached for rows in epoch.batches]
    others = len(seen_batches) - 1
    parts = {
        "first-batch": [True, *[False] * others],
        "last-batch": [*[False] * others, True],
        "without-first": [False, *[True] * others],
        "without-last": [*[True] * others, False],
    }
    return next((part for part, batches in parts.items() if batches == seen_batches), "")


def _why_nothing_moved(observed: ObservedEpoch) -> list[str | Cause]:
    backward = sum(window.backward for window in observed.windows)
    if observed.other_steps and not observed.steps:
        return [Cause("extra-updates", "another-optimizer")]
    if not backward:
        return ["missing-backward"] if observed.steps else ["missing-backward", Cause("missing-step", "never")]
    if not observed.steps:
        return [Cause("missing-step", "never")]
    return ["step-before-backward"] if _steps_first(observed.windows) else ["missing-backward"]


def _why_it_moved_elsewhere(observed: ObservedEpoch) -> list[str | Cause]:
    batches = {window.rows for window in observed.windows}
    if observed.other_steps:
        return [Cause("extra-updates", "another-optimizer"), *_gradient_mistakes(observed)]
    if observed.steps > len(batches):
        again = len(observed.windows) > len(batches)
        return [Cause("extra-updates", "second-pass" if again else "more-steps"), *_gradient_mistakes(observed)]
    if observed.steps < len(batches):
        return [Cause("missing-step", {0: "", 1: "once"}.get(observed.steps, "some-batches"))]
    if _steps_first(observed.windows) or observed.steps_before_anything:
        return ["step-before-backward", *_lagging_mistakes(observed)]
    return _gradient_mistakes(observed)


def _kind_of_moves(observed: ObservedEpoch) -> str:
    """Return the variant of `extra-updates` where gradients and steps are right: are the steps of another size?"""
    epoch, velocity, sizes = observed.epoch, np.zeros_like(observed.epoch.parameters), []
    ends = [*(window.parameters for window in observed.windows[1:]), observed.final]
    for window, end in zip(observed.windows, ends, strict=True):
        if len(window.gradients) != 1:
            return ""
        velocity = epoch.momentum * velocity + window.gradients[0]
        sizes.append(_factor(window.parameters - end, epoch.lr * velocity))
    return "moved-besides" if None in sizes else "other-step-size"


def _steps_first(windows: Sequence[Window]) -> bool:
    stepped = [window.steps[0] for window in windows if window.steps and window.backward]
    return bool(stepped) and not any(stepped)


def _gradient_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Compare the gradients at each batch's first step with the batch's own and with those of the batches before."""
    found: list[str | Cause] = []
    carried = last = np.zeros_like(observed.epoch.parameters)
    accumulates = False
    wrong: list[tuple[Floats, Floats | None]] = []  # gradients, and what they should have been
    lags = 0
    for window in observed.windows:
        if not window.gradients:
            continue
        own, gradient = window.own_gradient(observed.epoch), window.gradients[0]
        if own is None:
            wrong += [] if window.takes_sigmoid else [(gradient, None)]
            carried = gradient
            continue
        scale = window.scale
        fresh = agree(gradient, own * scale)
        summed = not agree(carried, np.zeros_like(carried)) and agree(gradient, carried + own * scale)
        accumulates |= summed and not fresh
        lagging = not (fresh or summed) and bool(np.any(last)) and agree(gradient, last)
        lags += int(lagging)
        if not (fresh or summed or lagging) or not agree(scale, 1.0):
            wrong.append((gradient, own))
        carried, last = window.gradients[-1], own
    if accumulates:
        found.append("missing-zero-grad")
    if lags > 1:
        found.append("step-before-backward")
    elif wrong:
        found.append(_scaled(wrong))
    return found


def _scaled(wrong: Sequence[tuple[Floats, Floats | None]]) -> Cause:
    """Return `wrong-gradient`, with what the gradients were multiplied by if that is all that is wrong with them."""
    known = [(gradient, own) for gradient, own in wrong if own is not None]
    if len(known) < len(wrong):
        return Cause("wrong-gradient")
    factors = [_factor(gradient, own) for gradient, own in known]
    same = [factor for factor in factors if factor is not None]
    if len(known) > 1 and (clipped := _clipped(known)):
        return Cause("wrong-gradient", "clipped", clipped)
    if len(same) == len(factors) and max(same) < 1:
        return Cause("wrong-gradient", "divided", f"by {1 / same[0]:.3g}")
    if len(same) == len(factors) and min(same) > 1:
        return Cause("wrong-gradient", "multiplied", f"by {same[0]:.3g}")
    return Cause("wrong-gradient")


def _clipped(wrong: Sequence[tuple[Floats, Floats]]) -> str:
    """Return what gradients were clipped to, empty if they were not: to one norm, or each of their values."""
    norms = [(float(np.linalg.norm(gradient)), float(np.linalg.norm(own))) for gradient, own in wrong]
    norm = norms[0][0]
    along = all(_factor(gradient, own) is not None for gradient, own in wrong)
    if along and all(agree(found, norm) and before > found for found, before in norms):
        return f"to a norm of {norm:.3g}" if not agree(norms[0][1], norms[1][1]) else ""
    most = max(float(np.abs(gradient).max()) for gradient, _ in wrong)
    if all(agree(gradient, np.clip(own, -most, most)) for gradient, own in wrong):
        return f"to values of at most {most:.3g}"
    return ""


def _factor(values: Floats, of: Floats) -> float | None:
    """Return the positive number that values are that many times another's; None if there is none."""
    with np.errstate(all="ignore"):
        factor = float(np.dot(values, of) / np.dot(of, of))
        return factor if factor > 0 and np.isfinite(factor) and agree(values, factor * of) else None


def _lagging_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Where each step comes before its batch's backward pass: do the gradients also add up?"""
    lagging = [window.gradients[0] for window in observed.windows if window.gradients]
    own = [window.own_gradient(observed.epoch) for window in observed.windows]
    for i in range(2, min(len(lagging), len(own))):
        before = own[i - 1]
        if before is not None and agree(lagging[i], lagging[i - 1] + before) and not agree(lagging[i], before):
            return ["missing-zero-grad"]
    return []


def _rows_of(epoch: Epoch, rows: slice) -> range:
    return range(*rows.indices(len(epoch.targets)))


def _sizes(epoch: Epoch) -> list[int]:
    return [len(_rows_of(epoch, rows)) for rows in epoch.batches]


def _means(losses: Sequence[float], sizes: Sequence[int], batches: int, rows: int) -> list[float]:
    by_sample = float(np.dot(losses, sizes)) / rows if rows else 0.0
    return [float(np.sum(losses)) / batches, by_sample]


def _error_message(error: ReportedError) -> str:
    return f"it raised {error.detail or error.kind}"
