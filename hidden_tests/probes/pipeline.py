"""Watches the functions of the pipeline, one part at a time: what is broken in one must not hide another."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_pre_hook

from grading.sandbox.inside.candidate import Candidate, CandidateError
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, number, tensor

# Of a training that may be long: enough to see what it does.
_MAX_BATCHES = 40


class RowModel(nn.Module):
    """Logits w·x of all features but the first, which is the row's number; it notes the rows that it is asked for."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width - 1))
        self.rows = torch.empty(0)

    def forward(self, features: Tensor) -> Tensor:
        """Map (b, d) to (b,)."""
        self.rows = features[:, 0].detach()
        return features[:, 1:] @ self.weight


class ModalModel(nn.Module):
    """A logit for each mode: the first feature in evaluation mode, the second in training mode."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Parameter(torch.ones(()))

    def forward(self, features: Tensor) -> Tensor:
        """Map (b, 2) to (b,)."""
        return self.one * features[:, 1 if self.training else 0]


def pipeline(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """Play one part of the pipeline.

    Inputs: `part`, and what it says below. Observed: what it says below.
    """
    return _PARTS[inputs["part"]](candidate, inputs)


def _split(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`features` (n, d), `labels` (n,), `seeds`; for each seed the four parts."""
    parts = []
    for seed in inputs["seeds"]:
        returned = candidate.call("split", tensor(inputs["features"]), tensor(inputs["labels"]), seed)
        parts.append([array(_a_tensor(part, "split")) for part in _as_tuple(returned, 4, "split")])
    return {"parts": parts}


def _standardize(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`train`, `test` and `other` features; the first two as returned, the third through the returned function."""
    returned = candidate.call("standardize", tensor(inputs["train"]), tensor(inputs["test"]))
    train, test, transform = _as_tuple(returned, 3, "standardize")
    if not callable(transform):
        raise CandidateError("wrong-signature", detail="standardize returned no function")
    other = candidate.guard(transform, tensor(inputs["other"]))
    return {
        name: array(_a_tensor(x, "standardize")) for name, x in (("train", train), ("test", test), ("other", other))
    }


def _loss(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`labels`, `logits` (b,) and `targets` (b,); the loss's `value`."""
    loss_fn = candidate.call("make_loss", tensor(inputs["labels"]))
    if not callable(loss_fn):
        raise CandidateError("wrong-signature", detail="make_loss returned no function")
    return {"value": number(candidate, candidate.guard(loss_fn, tensor(inputs["logits"]), tensor(inputs["targets"])))}


def _model(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`features` (b, d), `seeds`; the `shapes` and the `outputs` of a new model for each seed."""
    features = tensor(inputs["features"])
    outputs = []
    for seed in inputs["seeds"]:
        model = candidate.call("build_model", features.shape[1], seed)
        if not isinstance(model, nn.Module):
            raise CandidateError("wrong-signature", detail=f"build_model returned a {type(model).__name__}")
        model.eval()
        outputs.append(_a_tensor(candidate.guard(model, features), "the model"))
    return {"shapes": [list(x.shape) for x in outputs], "outputs": [array(x) for x in outputs]}


def _fit(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`features` (n, d), whose first is the row's number, and `labels` (n,); what happened in training.

    For each batch `rows` and `targets`, and for each step the `rows` of the batch before it and the weight's
    `gradient`, when the loss is the mean logit.
    """
    features, labels = tensor(inputs["features"]), tensor(inputs["labels"])
    model = RowModel(features.shape[1])
    batches: list[tuple[Tensor, Tensor]] = []
    steps: list[tuple[Tensor, Tensor]] = []

    def loss_fn(logits: Tensor, targets: Tensor) -> Tensor:
        if len(batches) < _MAX_BATCHES:
            batches.append((model.rows, targets.detach().flatten()))
        return logits.mean()

    def before_step(_: Optimizer, args: Any, kwargs: Any) -> None:  # noqa: ARG001 - the hook's signature
        if model.weight.grad is not None and len(steps) < _MAX_BATCHES:
            steps.append((model.rows, model.weight.grad.detach().clone()))

    hook = register_optimizer_step_pre_hook(before_step)
    try:
        candidate.call("fit", model, features, labels, loss_fn, inputs["seed"])
    finally:
        hook.remove()
    return {
        "batches": [{"rows": array(rows), "targets": array(targets)} for rows, targets in batches],
        "steps": [{"rows": array(rows), "gradient": array(gradient)} for rows, gradient in steps],
    }


def _predict(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`features` (n, 2), logits in evaluation and in training mode; `probabilities` of a model in the latter."""
    returned = candidate.call("predict", ModalModel().train(), tensor(inputs["features"]))
    return {"probabilities": array(_a_tensor(returned, "predict"))}


def _decide(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`features` (n, 2) with the same logits for both modes, `thresholds`; the `decisions` for each."""
    decisions = [
        _a_tensor(candidate.call("decide", ModalModel(), tensor(inputs["features"]), threshold), "decide")
        for threshold in inputs["thresholds"]
    ]
    return {"decisions": [array(of.to(torch.float32)) for of in decisions]}


def _measure(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`targets` (n,) and `decisions` (n,), 0 or 1; the `metrics`."""
    returned = candidate.call("measure", tensor(inputs["targets"]), tensor(inputs["decisions"]) == 1)
    return {"metrics": _metrics(candidate, returned, "measure")}


def _run(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """The splits, given; the `metrics` of a run whose model calls positive what has a positive first feature."""
    parts = tuple(tensor(inputs[name]) for name in ("train_x", "train_y", "test_x", "test_y"))
    candidate.provide(
        split=lambda *_, **__: parts,
        fit=lambda *_, **__: None,
        predict=lambda model, features, *_, **__: (features[:, 0] > 0).float(),  # noqa: ARG005
        decide=lambda model, features, *_, **__: features[:, 0] > 0,  # noqa: ARG005
    )
    both = [torch.cat([parts[0], parts[2]]), torch.cat([parts[1], parts[3]])]
    _, metrics = _as_tuple(candidate.call("run", *both, 0), 2, "run")
    return {"metrics": _metrics(candidate, metrics, "run")}


def _whole(candidate: Candidate, inputs: Mapping[str, Message]) -> Message:
    """`features`, `labels` and `seed` of a run; its `decisions` on the `hidden` features."""
    torch.manual_seed(inputs["seed"])
    returned = candidate.call("run", tensor(inputs["features"]), tensor(inputs["labels"]), inputs["seed"])
    decide, _ = _as_tuple(returned, 2, "run")
    decisions = _a_tensor(candidate.guard(decide, tensor(inputs["hidden"])), "what run returned")
    return {"decisions": array(decisions.to(torch.float32))}


_PARTS = {
    "split": _split,
    "standardize": _standardize,
    "loss": _loss,
    "model": _model,
    "fit": _fit,
    "predict": _predict,
    "decide": _decide,
    "measure": _measure,
    "run": _run,
    "whole": _whole,
}


def _metrics(candidate: Candidate, returned: object, function: str) -> Message:
    if not isinstance(returned, Mapping):
        raise CandidateError("wrong-signature", detail=f"{function} returned a {type(returned).__name__} for metrics")
    return {name: number(candidate, returned.get(name)) for name in ("precision", "recall", "f1")}


def _as_tuple(returned: object, length: int, function: str) -> tuple[Any, ...]:
    if returned is None:
        raise CandidateError("not-implemented", detail=f"{function} returned None")
    if not isinstance(returned, tuple | list) or len(returned) != length:
        raise CandidateError("wrong-signature", detail=f"{function} returned no {length} values")
    return tuple(returned)


def _a_tensor(value: object, function: str) -> Tensor:
    if value is None:
        raise CandidateError("not-implemented", detail=f"{function} returned None")
    if not isinstance(value, Tensor):
        raise CandidateError("wrong-signature", detail=f"{function} returned a {type(value).__name__}, not a tensor")
    return value.detach()
