"""Observes `make_loss` and the function that it returns."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, number, requires_grad, tensor

# Bound here, before the candidate's module is loaded.
_gradient_of, _sum = torch.autograd.grad, Tensor.sum


def weighted_loss(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Make a loss from each set of labels and measure it on each batch.

    Inputs: `cases`, each with `labels` (n,) and `batches` of `logits` (b,) and `targets` (b,); `single_class`, labels
    (n,) without positives, and the `negatives` that their loss is measured on, a batch. Observed: per case and batch
    the `value`, as it came, and the `gradient` of its sum with respect to the logits, None where there is none; in
    `single_class` the result or the error that such labels lead to.
    """
    cases = [{"batches": _measure(candidate, case)} for case in inputs["cases"]]
    return {"cases": cases, "single_class": _single_class(candidate, inputs)}


def _measure(candidate: LoadedModule, case: Mapping[str, Message]) -> Message:
    loss_fn = candidate.call("make_loss", tensor(case["labels"]))
    if loss_fn is None:
        raise CandidateError("not-implemented", detail="make_loss returned None")
    if not callable(loss_fn):
        raise CandidateError("wrong-signature", detail=f"make_loss returned a {type(loss_fn).__name__}")
    return [measure_batch(candidate, loss_fn, batch, name="the loss function") for batch in case["batches"]]


def measure_batch(
    candidate: LoadedModule, loss_fn: Callable[..., object], batch: Mapping[str, Message], *, name: str
) -> Message:
    """Return the `value` of a loss on a batch and the `gradient` of its sum; an error calls the loss by its `name`."""
    logits, targets = tensor(batch["logits"]).requires_grad_(), tensor(batch["targets"])
    value = candidate.guard(loss_fn, logits, targets)
    if value is None:
        raise CandidateError("not-implemented", detail=f"{name} returned None")
    if not isinstance(value, Tensor):
        raise CandidateError("wrong-signature", detail=f"{name} returned a {type(value).__name__}")
    gradient = None
    if requires_grad(value):
        # A custom autograd function's backward is the candidate's code too.
        gradient = candidate.guard(lambda: _gradient_of(_sum(value), logits, allow_unused=True)[0])
    return {
        # What cannot be sent, such as a tensor without values of its own, is the candidate's doing as well.
        "value": candidate.guard(array, value),
        "gradient": None if gradient is None else array(gradient),
    }


def _single_class(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    batch = inputs["negatives"]
    try:
        loss_fn = candidate.call("make_loss", tensor(inputs["single_class"]))
        value = candidate.guard(loss_fn, tensor(batch["logits"]), tensor(batch["targets"]))
        return {"error": None, "result": number(candidate, value)}
    except CandidateError as error:
        return {"error": error.record, "result": {"kind": "none"}}
