"""Watches `evaluate` from inside the model and the loader that it is given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Sampler, TensorDataset

from grading.sandbox.inside.candidate import Candidate, CandidateError
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, is_grad_enabled, number, tensor

_METRICS = ("precision", "recall", "f1")


@dataclass
class Seen:
    """What a model noted of its forward passes."""

    modes: set[tuple[bool, bool]] = field(default_factory=set)
    rows: int = 0


def mode_model(seen: Seen) -> nn.Module:
    """Return a model that answers with one of its four features: which one depends on training mode and on autograd.

    Features 0 to 3 are the logits for (evaluation, off), (training, off), (evaluation, on), (training, on). So the
    metrics themselves tell under which mode they were computed. What is noted beside that is no attribute of the
    model's, where candidate code would find it, and is noted of its copies as well.
    """

    class ModeModel(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(4))

        def forward(self, features: Tensor) -> Tensor:
            """Map (b, 4) to (b,)."""
            training, recording = bool(self.training), bool(is_grad_enabled())
            seen.modes.add((training, recording))
            seen.rows += len(features)
            which = training + 2 * recording
            return features[:, which] * self.weight[which]

    return ModeModel()


class GivenOrder(Sampler[int]):
    """Yields the rows in an order of its own in each pass, as shuffling does, but a known one."""

    def __init__(self, orders: Sequence[Sequence[int]]) -> None:
        self._orders = orders
        self.passes = 0

    def __iter__(self) -> Iterator[int]:
        order = self._orders[self.passes % len(self._orders)]
        self.passes += 1
        return iter(order)

    def __len__(self) -> int:
        return len(self._orders[0])


def evaluation(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """Run `evaluate` once for each of `runs` and record each.

    A run: `features` (n, 4), `targets` (n,), `batch_size`, `orders` (one permutation of the rows for each pass), and
    `threshold`, an empty list, [number] to be passed by position or [number, "name"].
    """
    return {"runs": [_run(candidate, run) for run in inputs["runs"]]}


def _run(candidate: Candidate, run: Mapping[str, Message]) -> Message:
    torch.set_grad_enabled(True)
    seen = Seen()
    model = mode_model(seen)
    model.train()
    order = GivenOrder([[int(row) for row in rows] for rows in tensor(run["orders"])])
    dataset = TensorDataset(tensor(run["features"]), tensor(run["targets"]))
    loader = DataLoader(dataset, batch_size=run["batch_size"], sampler=order)
    error, result = None, None
    try:
        match run["threshold"]:
            case [threshold, "name"]:
                result = candidate.call("evaluate", model, loader, threshold=threshold)
            case given:
                result = candidate.call("evaluate", model, loader, *given)
    except CandidateError as raised:
        error = raised.record
    return {
        "error": error,
        **_metrics(candidate, result),
        "modes": [[training, recording] for training, recording in sorted(seen.modes)],
        "rows": seen.rows,
        "passes": order.passes,
        "recording_after": bool(is_grad_enabled()),
        "trainable_after": all(parameter.requires_grad for parameter in model.parameters()),
        "gradients_left": any(parameter.grad is not None for parameter in model.parameters()),
        "weight": array(model.weight) if isinstance(model.weight, Tensor) else None,
    }


def _metrics(candidate: Candidate, result: object) -> dict[str, Message]:
    if result is None:
        return {"kind": "none", "keys": [], "metrics": {}}
    if not isinstance(result, Mapping):
        return {"kind": "other", "keys": [type(result).__name__[:40]], "metrics": {}}

    def read() -> tuple[list[str], dict[str, object]]:
        keys = [str(key)[:40] for key in list(result)[:20]]
        return keys, {name: result[name] for name in _METRICS if name in result}

    keys, values = candidate.guard(read)
    return {
        "kind": "mapping",
        "keys": keys,
        "metrics": {name: number(candidate, value) for name, value in values.items()},
    }
