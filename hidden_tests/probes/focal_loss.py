"""Measures `FocalLoss` on batches."""

from collections.abc import Mapping

from torch import nn

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.weighted_loss import measure_batch


def focal_loss(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Make each loss and measure it on each batch.

    Inputs: `cases`, each with the `arguments` of FocalLoss; `batches` of `logits` (b,) and `targets` (b,). Observed:
    per case and batch the `value`, as it was returned, and the `gradient` of its sum with respect to the logits, None
    where there is none.
    """
    return {"cases": [{"batches": _measure(candidate, case, inputs["batches"])} for case in inputs["cases"]]}


def _measure(candidate: LoadedModule, case: Mapping[str, Message], batches: Message) -> Message:
    loss_fn = candidate.call("FocalLoss", *case["arguments"])
    if not isinstance(loss_fn, nn.Module):
        raise CandidateError("wrong-signature", detail=f"FocalLoss made a {type(loss_fn).__name__}, not a module")
    return [measure_batch(candidate, loss_fn, batch, name="forward") for batch in batches]
