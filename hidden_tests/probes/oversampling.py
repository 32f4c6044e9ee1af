"""Calls `oversample`."""

from collections.abc import Mapping

import torch

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, returned_tensor, tensor


def oversampling(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Call `oversample` on the same rows with each seed.

    Inputs: `features` (n, d), `labels` (n,), `seeds`. Observed: `calls`, the `features` and `labels` that each call
    returned.
    """
    calls = []
    for index, seed in enumerate(inputs["seeds"]):
        torch.manual_seed(1000 + index)  # so that random numbers that ignore the seed differ
        returned = candidate.call("oversample", tensor(inputs["features"]), tensor(inputs["labels"]), seed)
        if returned is None:
            raise CandidateError("not-implemented", detail="oversample returned None")
        if not isinstance(returned, tuple | list) or len(returned) != 2:
            raise CandidateError("wrong-signature", detail="oversample returned no pair of tensors")
        features, labels = (array(returned_tensor(part, "oversample")) for part in returned)
        calls.append({"features": features, "labels": labels})
    return {"calls": calls}
