"""Watches `make_loss` and the function that it returns."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from grading.sandbox.inside.candidate import Candidate, CandidateError
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, tensor

gradient_of = torch.autograd.grad


def loss(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """Make a loss from each set of labels and measure it on each batch.

    Inputs: `cases`, each with `labels` (n,) and `batches` of `logits` (b,) and `targets` (b,); `single_class`, labels
    (n,) without positives. Observed: per case and batch the `value`, as it came, and the `gradient` of its sum with
    respect to the logits, None where there is none; `single_class` says what such labels lead to.
    """
    cases = [_measure(candidate, case) for case in inputs["cases"]]
    return {"cases": cases, "single_class": _single_class(candidate, tensor(inputs["single_class"]))}


def _measure(candidate: Candidate, case: Mapping[str, Message]) -> Message:
    loss_fn = candidate.call("make_loss", tensor(case["labels"]))
    if loss_fn is None:
        raise CandidateError("not-implemented", detail="make_loss returned None")
    if not callable(loss_fn):
        raise CandidateError("wrong-signature", detail=f"make_loss returned a {type(loss_fn).__name__}")
    return [
        _measure_batch(candidate, loss_fn, tensor(batch["logits"]), tensor(batch["targets"]))
        for batch in case["batches"]
    ]


def _measure_batch(candidate: Candidate, loss_fn: Callable[..., object], logits: Tensor, targets: Tensor) -> Message:
    logits.requires_grad_()
    value = candidate.guard(loss_fn, logits, targets)
    if value is None:
        raise CandidateError("not-implemented", detail="the loss function returned None")
    if not isinstance(value, Tensor):
        raise CandidateError("wrong-signature", detail=f"the loss function returned a {type(value).__name__}")
    gradient = None
    if value.requires_grad:
        # A custom autograd function's backward is the candidate's code too.
        gradient = candidate.guard(gradient_of, value.sum(), logits, allow_unused=True)[0]
    return {"value": array(value), "gradient": None if gradient is None else array(gradient)}


def _single_class(candidate: Candidate, labels: Tensor) -> Message:
    try:
        loss_fn = candidate.call("make_loss", labels)
        value = candidate.guard(loss_fn, torch.tensor([0.5, -0.5]), torch.tensor([0.0, 0.0]))
        return f"gives a loss of {float(value):.3g} on a batch of negatives"
    except CandidateError as error:
        return f"raises {error.record['detail'] or error.record['kind']}"
    except Exception as error:  # noqa: BLE001 - a note for the reviewer, whatever came back
        return f"gives something that is not a number ({type(error).__name__})"
