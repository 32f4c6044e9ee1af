"""Tensors to and from the wire, numbers of the candidate's to plain floats, and the warm-up of torch."""

import random
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Array, Message

# Bound here, before the candidate's module is loaded: what it may patch later is not what the probes read.
is_grad_enabled = torch.is_grad_enabled
no_grad = torch.no_grad
set_grad_enabled: Callable[[bool], None] = torch._C._set_grad_enabled
requires_grad: Callable[[Tensor], bool] = vars(torch._C.TensorBase)["requires_grad"].__get__
_as_tensor = torch.frombuffer
_plain_types = torch._C.DisableTorchFunctionSubclass
_detach, _to, _contiguous, _numpy = Tensor.detach, Tensor.to, Tensor.contiguous, Tensor.numpy
_tolist, _shape = Tensor.tolist, vars(torch._C.TensorBase)["shape"].__get__
_SEEDS: tuple[Callable[[int], object], ...] = (random.seed, np.random.seed, torch.default_generator.manual_seed)
# Far more values than any result that a probe asks a tensor for; what is larger is described and not sent.
MOST_RETURNED = 20_000
_DTYPES = {"float32": torch.float32, "float64": torch.float64, "int64": torch.int64}


def tensor(array: Array) -> Tensor:
    """Return a tensor of its own with the array's values."""
    if not array.data:
        return torch.empty(array.shape, dtype=_DTYPES[array.dtype])
    return _as_tensor(bytearray(array.data), dtype=_DTYPES[array.dtype]).reshape(array.shape).clone()


def array(values: Tensor) -> Array:
    """Return a tensor's values for the wire, as float64."""
    return _sent(values, "float64")


def indices(values: Tensor) -> Array:
    """Return a tensor's values for the wire, as int64."""
    return _sent(values, "int64")


def _sent(values: Tensor, dtype: str) -> Array:
    # Without what a subclass of Tensor may put in the place of torch's functions.
    with _plain_types():
        values = _contiguous(_to(_detach(values), device="cpu", dtype=_DTYPES[dtype]))
        try:
            plain = _numpy(values)
        except RuntimeError:  # inside torch.func.grad and its like no tensor has storage of its own
            plain = np.array(_tolist(values), dtype=dtype).reshape(tuple(_shape(values)))
    return Array(dtype=dtype, shape=plain.shape, data=plain.tobytes())


def returned_tensor(value: object, function: str) -> Tensor:
    """Return what a function of the candidate's returned, without its graph.

    Raises:
        CandidateError: it is no tensor, or one of far more values than any right function returns.
    """
    if value is None:
        raise CandidateError("not-implemented", detail=f"{function} returned None")
    if not isinstance(value, Tensor):
        raise CandidateError("wrong-signature", detail=f"{function} returned a {type(value).__name__}, not a tensor")
    if value.numel() > MOST_RETURNED:
        raise CandidateError("wrong-signature", detail=f"{function} returned a tensor of shape {tuple(value.shape)}")
    return _detach(value)


def number(candidate: LoadedModule, value: object) -> Message:
    """Describe a result that should be a number: `kind` is none, number or other; `value` is set for a number.

    A float, an int, numpy's scalars and any tensor of one element are numbers.
    """
    if value is None:
        return {"kind": "none"}
    refused: Message = {"kind": "other", "type": type(value).__name__[:40]}
    if not hasattr(value, "__float__"):
        return refused
    try:
        plain = candidate.guard(float, value.detach() if isinstance(value, Tensor) else value)
    except CandidateError:
        return refused
    return {"kind": "number", "value": plain, "requires_grad": isinstance(value, Tensor) and requires_grad(value)}


def seed_generators() -> None:
    """Seed every global random generator, so that compared calls draw the same numbers."""
    for seed in _SEEDS:
        seed(0)


def warm_up() -> None:
    """Run torch's lazy initialisation once, before the worker forks."""
    torch.set_num_threads(1)
    # Optimizer's methods import torch._dynamo when first called (1.8 s, measured), only to be left out of compiled
    # code. Nothing is compiled here: where each is marked as its own uncompiled form, torch does without. Should a
    # release of torch change this, the methods import it after all, and are only slow.
    for method in (Optimizer.add_param_group, Optimizer.zero_grad, Optimizer.state_dict, Optimizer.load_state_dict):
        plain = getattr(method, "__wrapped__", None)
        if plain is not None:
            plain.__dynamo_disable = plain
    model = nn.Linear(2, 1)
    nn.functional.binary_cross_entropy_with_logits(model(torch.ones(2, 2)), torch.ones(2, 1)).backward()
