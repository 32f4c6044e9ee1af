"""Calls each function of the pipeline by itself, so that a defect in one does not hide a defect in another."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, no_grad, number, returned_tensor, tensor

# How much of a training is recorded: enough to judge it, however long it takes.
_RECORDED_EPOCHS, _MAX_EVENTS = 2, 2000
# Bound here, before the candidate's module is loaded.
_cat, _clone, _detach, _equal, _flatten = torch.cat, Tensor.clone, Tensor.detach, torch.equal, Tensor.flatten
_randn = torch.randn


class ModalModel(nn.Module):
    """A model whose logit is the first feature in evaluation mode and the second in training mode."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Parameter(torch.ones(()))

    def forward(self, features: Tensor) -> Tensor:
        """Map (b, 2) to (b,)."""
        return self.one * features[:, 1 if self.training else 0]


def broken_pipeline(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Run one part of the pipeline: `part` names it, and its function's docstring says the other inputs."""
    return _PARTS[inputs["part"]](candidate, inputs)


def _split(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Split the rows with each seed.

    Inputs: `features` (n, d), `labels` (n,), `seeds`. Observed: `parts`, the four that each call returned.
    """
    names = ("train_features", "train_labels", "test_features", "test_labels")
    parts = []
    for seed in inputs["seeds"]:
        returned = candidate.call("split", tensor(inputs["features"]), tensor(inputs["labels"]), seed)
        values = [array(returned_tensor(part, "split")) for part in _as_tuple(returned, 4, "split")]
        parts.append(dict(zip(names, values, strict=True)))
    return {"parts": parts}


def _standardize(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Scale features.

    Inputs: `train`, `test` and `other` features. Observed: the first two as they were returned, and the third as the
    returned function scaled them.
    """
    returned = candidate.call("standardize", tensor(inputs["train"]), tensor(inputs["test"]))
    train, test, transform = _as_tuple(returned, 3, "standardize")
    if not callable(transform):
        raise CandidateError("wrong-signature", detail="standardize returned no function")
    other = candidate.guard(transform, tensor(inputs["other"]))
    found = {"train": train, "test": test, "other": other}
    return {name: array(returned_tensor(values, "standardize")) for name, values in found.items()}


def _loss(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Compute the loss of one batch.

    Inputs: `labels`, `logits` (b,) and `targets` (b,). Observed: the loss's `value`.
    """
    loss_fn = candidate.call("make_loss", tensor(inputs["labels"]))
    if not callable(loss_fn):
        raise CandidateError("wrong-signature", detail="make_loss returned no function")
    return {"value": number(candidate, candidate.guard(loss_fn, tensor(inputs["logits"]), tensor(inputs["targets"])))}


def _model(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Build a model with each seed and call it in evaluation mode.

    Inputs: `features` (b, d), `order` (b,), `seeds`. Observed: `outputs`, for each model those of the rows as they are,
    `plain`, and in the other order, `reordered`. The parameters are first changed at random, as by a training: a model
    may start with zeros.
    """
    features, order = tensor(inputs["features"]), tensor(inputs["order"])
    outputs = []
    for seed in inputs["seeds"]:
        model = candidate.call("build_model", features.shape[1], seed)
        if not isinstance(model, nn.Module):
            raise CandidateError("wrong-signature", detail=f"build_model returned a {type(model).__name__}")
        model.eval()
        with no_grad():
            candidate.guard(model, features)  # lazy layers make their parameters in the first call
            random = torch.Generator().manual_seed(seed)
            for parameter in model.parameters():
                if parameter.is_floating_point():
                    parameter.add_(_randn(parameter.shape, generator=random), alpha=0.3)
            found = {"plain": candidate.guard(model, features), "reordered": candidate.guard(model, features[order])}
        outputs.append({name: array(returned_tensor(values, "the model")) for name, values in found.items()})
    return {"outputs": outputs}


def _fit(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Train a linear model with the mean logit as loss.

    Inputs: `features` (n, d), `labels` (n,), `seed`. The model's logits are w·x of all features but the first, and w is
    0 at first. Observed: for each call of the loss function, a batch, how many `rows` the model got for it and how many
    `targets` came with them; the `features` and the `targets` of all batches; in `steps`, for each change of w, how
    many `batches` came before it, and the `gradient` of w.
    """
    features, labels = tensor(inputs["features"]), tensor(inputs["labels"])
    room = _RECORDED_EPOCHS * len(labels)
    # In closures and not in attributes, where candidate code would find them.
    passes: list[Tensor] = []
    batches: list[tuple[Tensor, Tensor]] = []
    steps: list[dict[str, Message]] = []
    gradient: Tensor | None = None
    recording = True

    class Linear(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(features.shape[1] - 1))

        def forward(self, rows: Tensor) -> Tensor:
            """Map (b, d) to (b,)."""
            record_step()
            passes.append(_detach(rows))
            return rows[:, 1:] @ self.weight

    model = Linear()
    weight = model.weight
    last = _clone(_detach(weight))

    def loss_fn(logits: Tensor, targets: Tensor) -> Tensor:
        nonlocal room, recording
        # Of several passes since the last loss, this one uses the latest: of as many rows as it has logits.
        about: list[Tensor] = []
        while passes and sum(map(len, about)) < logits.numel():
            about.insert(0, passes.pop())
        passes.clear()
        recording = recording and room > 0 and len(batches) < _MAX_EVENTS
        if about and recording:
            rows, own = _cat(about)[:room], _flatten(_detach(targets))
            # One target more than rows shows that there are too many.
            batches.append((rows, own[: len(rows) + 1]))
            room -= max(len(rows), len(own[: len(rows) + 1]))
        return logits.mean()

    def keep_gradient(value: Tensor) -> None:
        nonlocal gradient
        gradient = _clone(_detach(value))

    def record_step() -> None:
        """Record a step if the weight has changed since the last one."""
        nonlocal last, gradient
        if _equal(_detach(weight), last):
            return
        last = _clone(_detach(weight))
        if recording and len(steps) < _MAX_EVENTS:
            steps.append({"batches": len(batches), "gradient": None if gradient is None else array(gradient)})
        gradient = None

    def before_step(*_: object) -> None:
        if weight.grad is not None:
            keep_gradient(weight.grad)

    weight.register_hook(keep_gradient)  # also sees what torch.autograd.grad returns
    weight.register_post_accumulate_grad_hook(before_step)
    hook = register_optimizer_step_pre_hook(before_step)
    try:
        candidate.call("fit", model, features, labels, loss_fn, inputs["seed"])
    finally:
        hook.remove()
    record_step()
    return {
        "batches": [{"rows": len(rows), "targets": len(targets)} for rows, targets in batches],
        "features": array(_cat([features[:0], *(rows for rows, _ in batches)])),
        "targets": array(_cat([labels[:0], *(targets for _, targets in batches)])),
        "steps": steps,
    }


def _predict(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Predict with a model in training mode.

    Inputs: `features` (n, 2), the logits in evaluation and in training mode. Observed: the `probabilities`.
    """
    returned = candidate.call("predict", ModalModel().train(), tensor(inputs["features"]))
    return {"probabilities": array(returned_tensor(returned, "predict"))}


def _decide(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Decide at each threshold.

    Inputs: `features` (n, 2) with the same logits for both modes, `thresholds`. Observed: the `decisions` at each.
    `decide` gets a correct `predict`, so that a defect in the candidate's does not matter here.
    """
    candidate.provide(predict=lambda model, features: torch.sigmoid(model(features)))
    returned = [
        candidate.call("decide", ModalModel(), tensor(inputs["features"]), threshold)
        for threshold in inputs["thresholds"]
    ]
    return {"decisions": [array(returned_tensor(decisions, "decide")) for decisions in returned]}


def _measure(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Compute the metrics of decisions.

    Inputs: `targets` (n,) and `decisions` (n,), 0 or 1. Observed: precision, recall and F1.
    """
    returned = candidate.call("measure", tensor(inputs["targets"]), tensor(inputs["decisions"]) == 1)
    return _metrics(candidate, returned, "measure")


def _run(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Call `run` with every other function replaced by a correct one.

    Inputs: the features and labels of both splits. The model calls a row positive if its first feature is. Observed:
    the `metrics` that `run` returned, and the last feature of each row that it passed to `fit`, `fitted`.
    """
    train_x, train_y, test_x, test_y = (tensor(inputs[name]) for name in ("train_x", "train_y", "test_x", "test_y"))
    features, labels = torch.cat([train_x, test_x]), torch.cat([train_y, test_y])
    fitted: list[Tensor] = []

    def split(features: Tensor, labels: Tensor, *_: object, **__: object) -> tuple[Tensor, ...]:
        if len(labels) == len(train_y) + len(test_y):
            return train_x, train_y, test_x, test_y
        cut = 3 * len(labels) // 4  # a part may be split again, to choose a threshold on
        return features[:cut], labels[:cut], features[cut:], labels[cut:]

    def fit(model: nn.Module, features: Tensor, *_: object, **__: object) -> None:  # noqa: ARG001
        if sum(map(len, fitted)) < len(labels):
            fitted.append(_detach(features)[: len(labels), -1])

    candidate.provide(
        split=split,
        standardize=lambda train, test, *_, **__: (train, test, lambda features: features),
        make_loss=lambda *_, **__: nn.functional.binary_cross_entropy_with_logits,
        build_model=lambda *_, **__: ModalModel(),
        fit=fit,
        predict=lambda model, features, *_, **__: (features[:, 0] > 0).float(),  # noqa: ARG005
        decide=lambda model, features, *_, **__: features[:, 0] > 0,  # noqa: ARG005
        measure=_measured,
    )
    _, metrics = _as_tuple(candidate.call("run", features, labels, 0), 2, "run")
    return {
        "metrics": _metrics(candidate, metrics, "run"),
        "fitted": array(_cat(fitted) if fitted else torch.empty(0)),
    }


def _measured(targets: Tensor, decisions: Tensor, *_: object, **__: object) -> dict[str, float]:
    positive, called = targets.flatten() > 0.5, decisions.flatten() > 0.5
    hits, predicted, actual = (int(of.sum()) for of in (positive & called, called, positive))
    return {
        "precision": hits / max(1, predicted),
        "recall": hits / max(1, actual),
        "f1": 2 * hits / max(1, predicted + actual),
    }


def _whole(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Call `run` as it is.

    Inputs: `features`, `labels`, `seed` and the `hidden` features. Observed: the `decisions` on the hidden features.
    """
    torch.manual_seed(inputs["seed"])
    returned = candidate.call("run", tensor(inputs["features"]), tensor(inputs["labels"]), inputs["seed"])
    decide, _ = _as_tuple(returned, 2, "run")
    return {"decisions": array(returned_tensor(candidate.guard(decide, tensor(inputs["hidden"])), "run's function"))}


_PARTS: dict[str, Callable[[LoadedModule, Mapping[str, Message]], Message]] = {
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


def _metrics(candidate: LoadedModule, returned: object, function: str) -> Message:
    if returned is None:
        raise CandidateError("not-implemented", detail=f"{function} returned None for metrics")
    if not isinstance(returned, Mapping):
        raise CandidateError("wrong-signature", detail=f"{function} returned a {type(returned).__name__} for metrics")
    return {name: number(candidate, returned.get(name)) for name in ("precision", "recall", "f1")}


def _as_tuple(returned: object, length: int, function: str) -> tuple[Any, ...]:
    if returned is None:
        raise CandidateError("not-implemented", detail=f"{function} returned None")
    if not isinstance(returned, tuple | list) or len(returned) != length:
        raise CandidateError("wrong-signature", detail=f"{function} returned no {length} values")
    return tuple(returned)
