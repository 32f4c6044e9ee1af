"""Explains a wrong epoch by the events at the model, the loss and the optimizer."""

from collections.abc import Sequence

import numpy as np

from grading.run.explain import Cause
from grading.run.observations import ReportedError
from hidden_tests.observations.training_loop import ComparedEpochs, ObservedEpoch
from hidden_tests.observations.training_loop_events import BatchEvents, agree
from hidden_tests.oracle import Epoch, Floats


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
            return [Cause("wrong-epoch-loss", _way_of_averaging(compared))]


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
    last = observed.batches[-1] if observed.batches else None
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
    reached = {row for batch in observed.batches for row in batch.rows}
    if reached != set(range(len(observed.epoch.targets))):
        found.append(Cause("partial-epoch", _part_of(observed.epoch, reached)))
    if any(batch.takes_sigmoid for batch in observed.batches):
        found.append("sigmoid-before-logits-loss")
    found += _why_it_moved_elsewhere(observed) if observed.moved else _why_nothing_moved(observed)
    # All batches, gradients and steps are correct, but not the parameters: something besides the optimizer moved them.
    return found or [Cause("extra-updates", _kind_of_moves(observed))]


def _part_of(epoch: Epoch, reached: set[int]) -> str:
    """Return the variant of `partial-epoch` that the rows reached show; empty if they show none."""
    reached_batches = [set(epoch.rows_of(rows)) <= reached for rows in epoch.batches]
    others = len(reached_batches) - 1
    parts = {
        "first-batch": [True, *[False] * others],
        "last-batch": [*[False] * others, True],
        "without-first": [False, *[True] * others],
        "without-last": [*[True] * others, False],
    }
    return next((part for part, batches in parts.items() if batches == reached_batches), "")


def _why_nothing_moved(observed: ObservedEpoch) -> list[str | Cause]:
    backward = sum(batch.backward for batch in observed.batches)
    if observed.other_steps and not observed.steps:
        return [Cause("extra-updates", "another-optimizer")]
    if not backward:
        return ["missing-backward"] if observed.steps else ["missing-backward", Cause("missing-step", "never")]
    if not observed.steps:
        return [Cause("missing-step", "never")]
    return ["step-before-backward"] if _steps_first(observed.batches) else ["missing-backward"]


def _why_it_moved_elsewhere(observed: ObservedEpoch) -> list[str | Cause]:
    batches = {batch.rows for batch in observed.batches}
    if observed.other_steps:
        return [Cause("extra-updates", "another-optimizer"), *_gradient_mistakes(observed)]
    if observed.steps > len(batches):
        again = len(observed.batches) > len(batches)
        return [Cause("extra-updates", "second-pass" if again else "more-steps"), *_gradient_mistakes(observed)]
    if observed.steps < len(batches):
        return [Cause("missing-step", {0: "", 1: "once"}.get(observed.steps, "some-batches"))]
    if _steps_first(observed.batches) or observed.steps_before_anything:
        return ["step-before-backward", *_accumulation_with_early_steps(observed)]
    return _gradient_mistakes(observed)


def _kind_of_moves(observed: ObservedEpoch) -> str:
    """Return the variant of `extra-updates` where gradients and number of steps are right; empty if there is none."""
    epoch, velocity, sizes = observed.epoch, np.zeros_like(observed.epoch.parameters), []
    ends = [*(batch.parameters for batch in observed.batches[1:]), observed.final]
    for batch, end in zip(observed.batches, ends, strict=True):
        if len(batch.gradients) != 1:
            return ""
        velocity = epoch.momentum * velocity + batch.gradients[0]
        sizes.append(_positive_factor(batch.parameters - end, epoch.lr * velocity))
    return "moved-besides" if None in sizes else "other-step-size"


def _steps_first(batches: Sequence[BatchEvents]) -> bool:
    stepped = [batch.steps[0] for batch in batches if batch.steps and batch.backward]
    return bool(stepped) and not any(stepped)


def _gradient_mistakes(observed: ObservedEpoch) -> list[str | Cause]:
    """Compare the gradients at each batch's first step with the batch's own and with those of the batches before."""
    found: list[str | Cause] = []
    carried = last = np.zeros_like(observed.epoch.parameters)
    accumulates = False
    wrong: list[tuple[Floats, Floats | None]] = []  # gradients, and what they should have been
    lags = 0
    for batch in observed.batches:
        if not batch.gradients:
            continue
        own, gradient = batch.own_gradient(observed.epoch), batch.gradients[0]
        if own is None:
            wrong += [] if batch.takes_sigmoid else [(gradient, None)]
            carried = gradient
            continue
        scale = batch.loss_scale
        fresh = agree(gradient, own * scale)
        summed = not agree(carried, np.zeros_like(carried)) and agree(gradient, carried + own * scale)
        accumulates |= summed and not fresh
        lagging = not (fresh or summed) and bool(np.any(last)) and agree(gradient, last)
        lags += int(lagging)
        if not (fresh or summed or lagging) or not agree(scale, 1.0):
            wrong.append((gradient, own))
        carried, last = batch.gradients[-1], own
    if accumulates:
        found.append("missing-zero-grad")
    if lags > 1:
        found.append("step-before-backward")
    elif wrong:
        found.append(_wrong_gradient(wrong))
    return found


def _wrong_gradient(wrong: Sequence[tuple[Floats, Floats | None]]) -> Cause:
    """Return `wrong-gradient`, with what the gradients were multiplied by if that is all that is wrong with them."""
    known = [(gradient, own) for gradient, own in wrong if own is not None]
    if len(known) < len(wrong):
        return Cause("wrong-gradient")
    factors = [_positive_factor(gradient, own) for gradient, own in known]
    same = [factor for factor in factors if factor is not None]
    if len(known) > 1 and (clipped := _clipping(known)):
        return Cause("wrong-gradient", "clipped", clipped)
    if len(same) == len(factors) and max(same) < 1:
        return Cause("wrong-gradient", "divided", f"by {1 / same[0]:.3g}")
    if len(same) == len(factors) and min(same) > 1:
        return Cause("wrong-gradient", "multiplied", f"by {same[0]:.3g}")
    return Cause("wrong-gradient")


def _clipping(wrong: Sequence[tuple[Floats, Floats]]) -> str:
    """Return what gradients were clipped to, empty if they were not: to one norm, or each of their values."""
    norms = [(float(np.linalg.norm(gradient)), float(np.linalg.norm(own))) for gradient, own in wrong]
    norm = norms[0][0]
    along = all(_positive_factor(gradient, own) is not None for gradient, own in wrong)
    if along and all(agree(found, norm) and before > found for found, before in norms):
        return f"to a norm of {norm:.3g}" if not agree(norms[0][1], norms[1][1]) else ""
    most = max(float(np.abs(gradient).max()) for gradient, _ in wrong)
    if all(agree(gradient, np.clip(own, -most, most)) for gradient, own in wrong):
        return f"to values of at most {most:.3g}"
    return ""


def _positive_factor(values: Floats, of: Floats) -> float | None:
    """Return the positive number that values are that many times another's; None if there is none."""
    with np.errstate(all="ignore"):
        factor = float(np.dot(values, of) / np.dot(of, of))
        return factor if factor > 0 and np.isfinite(factor) and agree(values, factor * of) else None


def _accumulation_with_early_steps(observed: ObservedEpoch) -> list[str | Cause]:
    """Return `missing-zero-grad` if the gradients add up, where each step comes before its batch's backward pass."""
    lagging = [batch.gradients[0] for batch in observed.batches if batch.gradients]
    own = [batch.own_gradient(observed.epoch) for batch in observed.batches]
    for i in range(2, min(len(lagging), len(own))):
        before = own[i - 1]
        if before is not None and agree(lagging[i], lagging[i - 1] + before) and not agree(lagging[i], before):
            return ["missing-zero-grad"]
    return []


def _way_of_averaging(compared: ComparedEpochs) -> str:
    """Return the variant of `wrong-epoch-loss` that the rise of the result shows; empty if it shows none."""
    rises, sizes = compared.rises, compared.base.epoch.sizes
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
    found = [way for way, values in ways.items() if any(agree(compared.rise, value) for value in values)]
    return found[0] if len(found) == 1 and compared.result_follows else ""
