"""What the probe `training_loop` observes of `train_epoch`, with the epoch that it ran, and what follows from that.

Whether an epoch is right depends on the final parameters and the result alone. What they were computed from shows by
comparison: the same epoch runs again with one thing changed, and what changes in the outcome followed it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from msgspec import Meta

from grading.run.observations import Floats, Observation, ReportedError, ReturnedNumber, Sized, Values
from hidden_tests.compare import unchanged
from hidden_tests.observations.training_loop_events import Event, Forward, OtherStep, Step, agree, group_by_batch
from hidden_tests.oracle import Epoch

# The probe stops noting beyond this: two passes over the longest loader, each with forward, loss, backward and step.
MAX_EVENTS = 1100
# Two epochs that compute the same differ by nothing; those that do not, by more than a hundred times this.
_SAME = 1e-6


class Outcome(Observation, frozen=True, kw_only=True):
    """The outcome of one call of `train_epoch`, on which points depend."""

    error: ReportedError | None
    result: ReturnedNumber
    final: Annotated[Floats, Values("parameters")]  # the model's parameters afterwards


class WatchedEpoch(Observation, frozen=True, kw_only=True):
    """One call of `train_epoch`, with its events, which only explain the outcome."""

    outcome: Outcome
    events: Annotated[list[Event], Meta(max_length=MAX_EVENTS)]  # in order


class Observed(Observation, frozen=True, kw_only=True):
    """The reply of the probe."""

    watched: Annotated[list[WatchedEpoch], Sized()]
    compared: Annotated[list[Outcome], Sized()]  # epochs of which nothing but the outcome is looked at


class ObservedEpoch:
    """One epoch as it was observed, with its inputs."""

    def __init__(self, epoch: Epoch, observed: WatchedEpoch) -> None:
        self.epoch = epoch
        self.outcome = observed.outcome
        self.error = observed.outcome.error
        self.result = observed.outcome.result
        self.final = observed.outcome.final
        self.other_steps = sum(isinstance(event, OtherStep) for event in observed.events)
        self.steps = sum(isinstance(event, Step) for event in observed.events)
        self.batches = group_by_batch(epoch, observed.events)
        forwards = [i for i, event in enumerate(observed.events) if isinstance(event, Forward)]
        before = observed.events[: forwards[0]] if forwards else observed.events
        self.steps_before_anything = any(isinstance(event, Step) for event in before)

    @property
    def did_nothing(self) -> bool:
        """Return whether no batch ever reached the model."""
        return not self.batches

    @property
    def ended(self) -> bool:
        """Return whether the epoch used the model and returned."""
        return self.error is None and not self.did_nothing

    @property
    def moved(self) -> bool:
        """Return whether the parameters have changed."""
        return not agree(self.final, self.epoch.parameters)

    @cached_property
    def trajectories(self) -> Mapping[bool, Sequence[Floats]]:
        """Return the parameters before a right epoch and after each of its batches, for both modes of the model."""
        return {training: self.epoch.trajectory(training=training) for training in (True, False)}

    def accepted_ends(self) -> Iterator[Floats]:
        """Yield the parameters that a right epoch may end at.

        The mode of the model has a test of its own: so an epoch in training mode, one in evaluation mode and one in the
        modes that the batches were in are all accepted.
        """
        for trajectory in self.trajectories.values():
            yield trajectory[-1]
        if (end := self._end_in_observed_modes()) is not None:
            yield end

    def _end_in_observed_modes(self) -> Floats | None:
        """Return where a right epoch ends in the modes that the batches were in; None unless all came in order."""
        epoch, end, velocity = self.epoch, self.epoch.parameters, np.zeros_like(self.epoch.parameters)
        if [batch.rows for batch in self.batches] != [tuple(epoch.rows_of(rows)) for rows in epoch.batches]:
            return None
        for batch in self.batches:
            if batch.training is None:
                return None
            rows = np.array(batch.rows)
            logits = epoch.logits(end, rows, training=batch.training)
            velocity = epoch.momentum * velocity + epoch.gradient(logits, rows, training=batch.training)
            end = end - epoch.lr * velocity
        return end

    @property
    def accepted_losses(self) -> list[float]:
        """Return what the mean loss of an epoch with these parameters may be: over batches or over rows.

        The loss of a batch may be measured before its step or after it, and in either mode. There are none unless the
        parameters are right.
        """
        sizes = self.epoch.sizes
        return [
            mean
            for trajectory in self.trajectories.values()
            if agree(self.final, trajectory[-1])
            for measured in (True, False)
            for parameters in (trajectory[:-1], trajectory[1:])
            for mean in _means_over_batches_and_rows(
                self.epoch.losses(parameters, training=measured), sizes, len(sizes), sum(sizes)
            )
        ]


@dataclass(frozen=True, kw_only=True)
class ComparedEpochs:
    """An epoch, and the same epoch run again with one thing changed."""

    base: ObservedEpoch
    again: Outcome  # with nothing changed
    evaluation: Outcome  # with another scale in evaluation mode
    training: Outcome  # with another scale in training mode
    higher: Outcome  # with `term` times the share of positives added to each batch's loss
    term: float

    @property
    def error(self) -> ReportedError | None:
        """Return the first error of any of them."""
        outcomes = (self.base.outcome, self.again, self.evaluation, self.training, self.higher)
        return next((outcome.error for outcome in outcomes if outcome.error is not None), None)

    @cached_property
    def parameters_follow(self) -> set[bool]:
        """Return the modes of the model whose outputs the final parameters follow: True is training mode."""
        return self._modes_followed_by(lambda outcome: outcome.final)

    @cached_property
    def result_follows(self) -> set[bool]:
        """Return the modes of the model whose outputs the result follows: True is training mode."""
        return self._modes_followed_by(lambda outcome: np.array([outcome.result.number]))

    def _modes_followed_by(self, of: Callable[[Outcome], Floats]) -> set[bool]:
        base = of(self.base.outcome)
        if not unchanged(of(self.again), base, tolerance=_SAME):
            return set()  # it is random, so its inputs cannot be determined
        others = {False: self.evaluation, True: self.training}
        return {mode for mode, other in others.items() if not unchanged(of(other), base, tolerance=_SAME)}

    @property
    def computes(self) -> bool:
        """Return whether parameters or result follow anything that the model returned."""
        return bool(self.parameters_follow or self.result_follows)

    @property
    def rise(self) -> float:
        """Return how much higher the result is where the losses are."""
        return self.higher.result.number - self.base.result.number

    @property
    def accepted_rises(self) -> list[float]:
        """Return what a mean loss rises by: the mean over batches or over rows of each batch's rise."""
        sizes = self.base.epoch.sizes
        accepted = [*_means_over_batches_and_rows(self.rises, sizes, len(sizes), sum(sizes))]
        everything = [batch for batch in self.base.batches if batch.losses and -1 not in batch.rows]
        # Of several passes, which are a mistake of their own, the first or the last may be what was averaged.
        for measured in (everything, everything[: len(sizes)], everything[-len(sizes) :]):
            if not measured:
                continue
            rises = [self._rise_of(batch.rows) for batch in measured]
            there = [len(batch.rows) for batch in measured]
            # A loop that was left early may divide by all batches or by those that it saw.
            for batches, rows in ((len(there), sum(there)), (len(sizes), sum(sizes))):
                accepted += _means_over_batches_and_rows(rises, there, batches, rows)
        return accepted

    @property
    def rises(self) -> list[float]:
        """Return how much higher the loss of each batch is."""
        return [self._rise_of(self.base.epoch.rows_of(rows)) for rows in self.base.epoch.batches]

    def _rise_of(self, rows: Sequence[int]) -> float:
        return self.term * float(np.mean(self.base.epoch.targets[np.array(rows, dtype=np.int64)])) if rows else 0.0


def _means_over_batches_and_rows(
    losses: Sequence[float], sizes: Sequence[int], batches: int, rows: int
) -> tuple[float, float]:
    """Return the mean of the batches' losses, and their mean weighted by the batches' sizes.

    Args:
        losses: of each batch.
        sizes: how many rows each batch has.
        batches: the number of batches to divide by.
        rows: the number of rows to divide by.
    """
    over_rows = float(np.dot(losses, sizes)) / rows if rows else 0.0
    return float(np.sum(losses)) / batches, over_rows
