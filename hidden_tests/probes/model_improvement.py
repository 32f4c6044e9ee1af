"""Trains a model with `build_improved` and uses it."""

from collections.abc import Mapping

from torch import nn

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, no_grad, returned_tensor, tensor


def model_improvement(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Build a model and call it in evaluation mode.

    Inputs: `features` (n, d), `labels` (n,), `seed`, and the `hidden` features. Observed: the model's `logits` for the
    hidden features.
    """
    features, labels = tensor(inputs["features"]), tensor(inputs["labels"])
    model = candidate.call("build_improved", features, labels, inputs["seed"])
    if model is None:
        raise CandidateError("not-implemented", detail="build_improved returned None")
    if not isinstance(model, nn.Module):
        raise CandidateError("wrong-signature", detail=f"build_improved returned a {type(model).__name__}")
    model.eval()
    with no_grad():
        logits = candidate.guard(model, tensor(inputs["hidden"]))
    return {"logits": array(returned_tensor(logits, "the model"))}
