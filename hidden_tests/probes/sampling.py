"""Watches `make_sampler` by what its sampler draws."""

from collections.abc import Mapping

import torch
from torch.utils.data import Sampler, WeightedRandomSampler

from grading.sandbox.inside.candidate import Candidate, CandidateError
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, tensor

_MAX_EPOCHS = 6000
# A sampler that never ends must not fill the memory; the longest epoch asked for is far shorter.
_MAX_DRAWS = 20_000


def sampling(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """Make a sampler from each set of labels and let it draw, epoch after epoch.

    Inputs: `cases`, each with `labels` (n,) and `draws`, about how many to make in all; `seed` of torch's generator.
    Observed: per case the `drawn` indices of all epochs and the epochs' `lengths`, with `weights`, their number, and
    `replacement`, as the sampler has them; None where it has not.
    """
    torch.manual_seed(inputs["seed"])
    return {"cases": [_draw(candidate, case) for case in inputs["cases"]]}


def _draw(candidate: Candidate, case: Mapping[str, Message]) -> Message:
    sampler = candidate.call("make_sampler", tensor(case["labels"]))
    if sampler is None:
        raise CandidateError("not-implemented", detail="make_sampler returned None")
    if not isinstance(sampler, Sampler):
        raise CandidateError("wrong-signature", detail=f"make_sampler returned a {type(sampler).__name__}")
    drawn: list[int] = []
    lengths: list[int] = []
    weights = getattr(sampler, "weights", None)
    found: dict[str, Message] = {
        "weighted": isinstance(sampler, WeightedRandomSampler),
        "weights": None if weights is None else len(weights),
        "replacement": bool(getattr(sampler, "replacement", True)),
        "error": None,
    }
    while len(drawn) < min(case["draws"], _MAX_DRAWS) and len(lengths) < _MAX_EPOCHS:
        try:
            epoch = candidate.guard(_epoch, sampler)
        except CandidateError as error:
            found["error"] = error.record["detail"]
            break
        lengths.append(len(epoch))
        if not epoch:
            break
        drawn += epoch
    return {
        **found,
        "drawn": array(torch.tensor(drawn, dtype=torch.int64)),
        "lengths": array(torch.tensor(lengths, dtype=torch.int64)),
    }


def _epoch(sampler: Sampler[int]) -> list[int]:
    drawn = []
    for index in sampler:
        drawn.append(int(index))
        if len(drawn) == _MAX_DRAWS:
            break
    return drawn
