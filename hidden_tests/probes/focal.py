"""Watches `FocalLoss`."""

from collections.abc import Mapping

from torch import Tensor, nn

from grading.sandbox.inside.candidate import Candidate, CandidateError
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.loss import gradient_of
from hidden_tests.probes.tensors import array, tensor


def focal(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """Make each loss and measure it on each batch.

    Inputs: `cases`, each with the `arguments` of FocalLoss; `batches` of `logits` (b,) and `targets` (b,). Observed:
    per case and batch the `value`, as it came, and the `gradient` of its sum with respect to the logits, None where
    there is none.
    """
    batches = [(tensor(batch["logits"]), tensor(batch["targets"])) for batch in inputs["batches"]]
    return {"cases": [_measure(candidate, case["arguments"], batches) for case in inputs["cases"]]}


def _measure(candidate: Candidate, arguments: list[float | None], batches: list[tuple[Tensor, Tensor]]) -> Message:
    loss_fn = candidate.call("FocalLoss", *arguments)
    if not isinstance(loss_fn, nn.Module):
        raise CandidateError("wrong-signature", detail=f"FocalLoss made a {type(loss_fn).__name__}, not a module")
    found = []
    for values, targets in batches:
        logits = values.clone().requires_grad_()
        value = candidate.guard(loss_fn, logits, targets.clone())
        if value is None:
            raise CandidateError("not-implemented", detail="forward returned None")
        if not isinstance(value, Tensor):
            raise CandidateError("wrong-signature", detail=f"forward returned a {type(value).__name__}")
        gradient = None
        if value.requires_grad:
            gradient = candidate.guard(gradient_of, value.sum(), logits, allow_unused=True)[0]
        found.append({"value": array(value), "gradient": None if gradient is None else array(gradient)})
    return found
