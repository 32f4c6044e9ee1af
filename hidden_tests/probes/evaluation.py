"""Runs `evaluate` on a model whose outputs differ by mode, and trains that model for a step afterwards."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Sampler, TensorDataset

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import (
    array,
    is_grad_enabled,
    no_grad,
    number,
    seed_generators,
    set_grad_enabled,
    tensor,
)

_METRICS = ("precision", "recall", "f1")
# Of keys and of numbers: as many as a reply may hold.
_MOST_KEPT = 20
# Deeper than any result that an honest mistake nests.
_MOST_NESTED = 3
# Bound here, before the candidate's module is loaded.
_backward, _mul, _sub, _sum = torch.autograd.backward, torch.mul, torch.sub, torch.sum
_gradient = vars(torch._C.TensorBase)["grad"].__get__


@dataclass
class Seen:
    """How many rows reached a model."""

    rows: int = 0


def mode_model(seen: Seen) -> nn.Module:
    """Return a model whose output is one of its four features, depending on training mode and autograd.

    Features 0 to 3 are the logits for (evaluation, off), (training, off), (evaluation, on), (training, on). So what is
    made of its outputs shows under which mode they were computed.
    """

    class ModeModel(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(4))

        def forward(self, features: Tensor) -> Tensor:
            """Map (b, 4) to (b,)."""
            seen.rows += len(features)
            which = bool(self.training) + 2 * bool(is_grad_enabled())
            return features[:, which] * self.weight[which]

    return ModeModel()


class GivenOrder(Sampler[int]):
    """Yields the rows in another known order in each pass, like shuffling."""

    def __init__(self, orders: Sequence[Sequence[int]]) -> None:
        self._orders = orders
        self.passes = 0

    def __iter__(self) -> Iterator[int]:
        order = self._orders[self.passes % len(self._orders)]
        self.passes += 1
        return iter(order)

    def __len__(self) -> int:
        return len(self._orders[0])


def evaluation(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Run `evaluate` once for each of `runs` and record each.

    A run: `features` (n, 4), `targets` (n,), `batch_size`, `orders` (one permutation of the rows for each pass),
    `slopes` (4,), the gradient of the step afterwards, and `ways` to pass the threshold: each an empty list, [number]
    for by position or [number, "name"]. The first one that the function's signature allows is used.
    """
    return {"runs": [_run(candidate, run) for run in inputs["runs"]]}


def _run(candidate: LoadedModule, run: Mapping[str, Message]) -> Message:
    set_grad_enabled(True)
    seed_generators()
    seen = Seen()
    model = mode_model(seen)
    # The parameter itself, since candidate code can rebind the model's attribute.
    weight = cast(Tensor, model.weight)
    model.train()
    order = GivenOrder([[int(row) for row in rows] for rows in tensor(run["orders"])])
    dataset = TensorDataset(tensor(run["features"]), tensor(run["targets"]))
    loader = DataLoader(dataset, batch_size=run["batch_size"], sampler=order)
    error, result = None, None
    for way in run["ways"]:
        try:
            result, error = _evaluate(candidate, model, loader, way), None
            break
        except CandidateError as raised:
            error = raised.record
            if error["kind"] != "wrong-signature":
                break
    return {
        "error": error,
        **_result(candidate, result),
        "rows": min(seen.rows, 10**9),
        "passes": order.passes,
        "weight": array(weight),
        "learned": array(_after_a_step(weight, tensor(run["slopes"]))),
    }


def _evaluate(candidate: LoadedModule, model: nn.Module, loader: DataLoader[object], way: list[object]) -> object:
    match way:
        case [threshold, "name"]:
            return candidate.call("evaluate", model, loader, threshold=threshold)
        case _:
            return candidate.call("evaluate", model, loader, *way)


def _after_a_step(weight: Tensor, slopes: Tensor) -> Tensor:
    """Return the weight after a step along the gradient `slopes`, with autograd as the candidate's code has left it.

    Where it is switched off or the weight frozen there is no such gradient, and what gradient was left adds to it.
    """
    with contextlib.suppress(RuntimeError):  # that there is nothing to differentiate
        _backward(_sum(_mul(weight, slopes)))
    gradient = _gradient(weight)
    with no_grad():
        return weight if gradient is None else _sub(weight, gradient)


def _result(candidate: LoadedModule, result: object) -> dict[str, Message]:
    if result is None:
        return {"kind": "none", "keys": [], "metrics": {}, "numbers": []}
    is_mapping = isinstance(result, Mapping)

    def read() -> tuple[list[str], dict[str, object], list[object]]:
        values = list(_values(result, _MOST_NESTED))[:_MOST_KEPT]
        if not isinstance(result, Mapping):
            return [type(result).__name__[:40]], {}, values
        keys = [str(key)[:40] for key in list(result)[:_MOST_KEPT]]
        return keys, {name: result[name] for name in _METRICS if name in result}, values

    keys, metrics, values = candidate.guard(read)
    numbers = [number(candidate, value) for value in values]
    return {
        "kind": "mapping" if is_mapping else "other",
        "keys": keys,
        "metrics": {name: number(candidate, value) for name, value in metrics.items()},
        "numbers": [found["value"] for found in numbers if found["kind"] == "number"],
    }


def _values(result: object, depth: int) -> Iterator[object]:
    """Yield what lies in mappings, lists and tuples, and in tensors of one dimension."""
    if isinstance(result, Mapping):
        items: Sequence[object] = [result[key] for key in list(result)[:_MOST_KEPT]]
    elif isinstance(result, list | tuple) or (isinstance(result, Tensor) and result.dim() == 1):
        items = list(result[:_MOST_KEPT])
    else:
        yield result
        return
    for item in items if depth else []:
        yield from _values(item, depth - 1)
