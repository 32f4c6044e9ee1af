"""Observes the draws of the sampler that `make_sampler` returns."""

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor
from torch.utils.data import Sampler, WeightedRandomSampler

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import indices, tensor

# A sampler that never ends must not fill the memory: an epoch is cut at so many times the draws wanted in all.
_LONGEST_EPOCH = 3
# Bound here, before the candidate's module is loaded.
_cat, _full_like, _stack, _tensor = torch.cat, torch.full_like, torch.stack, torch.tensor
_bases_of = vars(type)["__mro__"].__get__


def sampler(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Make a sampler from each set of labels and let it draw, epoch after epoch.

    Inputs: `cases`, each with `labels` (n,) and `draws`, about how many to make in all; `seed` of torch's generator.
    Observed: per case the `draws` (m, 2), of each the number of its epoch and what was drawn; how many `epochs` were
    drawn, an `error` that ended it, and whether the sampler is `weighted`, a WeightedRandomSampler.
    """
    torch.manual_seed(inputs["seed"])
    return {"cases": [_draw(candidate, case) for case in inputs["cases"]]}


def _draw(candidate: LoadedModule, case: Mapping[str, Message]) -> Message:
    sampler = candidate.call("make_sampler", tensor(case["labels"]))
    if sampler is None:
        raise CandidateError("not-implemented", detail="make_sampler returned None")
    if not isinstance(sampler, Sampler):
        raise CandidateError("wrong-signature", detail=f"make_sampler returned a {type(sampler).__name__}")
    epochs: list[Tensor] = []
    drawn = 0
    error = None
    while drawn < case["draws"]:
        try:
            epoch = candidate.guard(_epoch, sampler, _LONGEST_EPOCH * case["draws"])
        except CandidateError as raised:
            error = raised.record
            break
        epochs.append(_stack([_full_like(epoch, len(epochs)), epoch], 1))
        drawn += len(epoch)
        if not len(epoch):
            break
    return {
        "draws": indices(_cat([_tensor([], dtype=torch.int64).reshape(0, 2), *epochs])),
        "epochs": len(epochs),
        # The type itself, since `__class__` can be faked.
        "weighted": any(base is WeightedRandomSampler for base in _bases_of(type(sampler))),
        "error": error,
    }


def _epoch(sampler: Sampler[int], most: int) -> Tensor:
    drawn = []
    draws: Iterator[int] = iter(sampler)
    for index in draws:
        drawn.append(int(index))
        if len(drawn) == most:
            break
    return _tensor(drawn, dtype=torch.int64)
