"""Calls `track_training` and reads what it logged from a real MLflow store."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, tensor
from hidden_tests.probes.training_loop import flat

_STORE = "/tmp/mlflow"  # noqa: S108 - the call's own
_METRICS = ("train_loss", "precision", "recall", "f1")
# Limits of what is sent: a genuine run has a point per epoch, and few parameters and metrics.
_MAX_NAMES, _MAX_POINTS, _MAX_RUNS, _MAX_TEXT = 20, 200, 20, 200


class Interrupted(Exception):  # noqa: N818 - the name is in the message that the test looks for
    """Raised by the loss function that fails on purpose."""


def experiment_tracking(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Train twice: once to the end, once until the loss function raises.

    Inputs: `features` (n, d) and `targets` (n,) of the training split, `test_features` and `test_targets`,
    `parameters` (d + 1,), `batch_size`, `lr`, `pos_weight`, `epochs`; `functions`, the source of what is trained with;
    `fails_at`, the batch that the second training raises at. Observed: of the first the `returned` id and its `run`,
    None if there is none, whether a run was left `active`, and the model's `final` parameters; of the second whether
    its exception reached the caller unchanged, `interrupted`, the `error` that reached it, and how many `runs` it left,
    with the `statuses` of the first of them.
    """
    os.environ.update(
        MLFLOW_TRACKING_URI=f"file://{_STORE}",
        MLFLOW_ALLOW_FILE_STORE="true",
        MLFLOW_DISABLE_TELEMETRY="true",
        DO_NOT_TRACK="true",
        GIT_PYTHON_REFRESH="quiet",
        HOME="/tmp",  # noqa: S108
    )
    os.chdir("/tmp")  # noqa: S108
    # Imported here, because it takes long and only this probe needs it.
    import mlflow

    # Sent only with this call: the worker and all other calls must not contain solutions of the other TODOs.
    ours: dict[str, Any] = {}
    exec(inputs["functions"], ours)  # noqa: S102 - from the trusted side
    candidate.provide(train_epoch=ours["train_epoch"], evaluate=ours["evaluate"])
    loss_fn = ours["make_loss"](tensor(inputs["pos_weight"]))
    arguments, weight, bias = _arguments(inputs, loss_fn)
    returned = candidate.call("track_training", *arguments)
    final = array(flat(weight.reshape(-1), bias))
    if returned is None:
        raise CandidateError("not-implemented", detail="track_training returned None")
    if not isinstance(returned, str):
        raise CandidateError("wrong-signature", detail=f"track_training returned a {type(returned).__name__}")
    active = mlflow.active_run() is not None
    while mlflow.active_run() is not None:
        mlflow.end_run()
    client = mlflow.MlflowClient()
    before = {run.info.run_id for run in _runs(client)}
    failing, *_ = _arguments(inputs, _failing(loss_fn, inputs["fails_at"]))
    error = None
    try:
        candidate.call("track_training", *failing)
    except CandidateError as raised:
        error = raised.record
    left = [run for run in _runs(client) if run.info.run_id not in before]
    return {
        "returned": returned[:_MAX_TEXT],
        "run": _run(client, returned) if Path(_STORE).exists() else None,
        "active": active,
        "final": final,
        "interrupted": error is not None and error["detail"].startswith(f"{Interrupted.__name__}:"),
        "error": error,
        "statuses": [str(run.info.status)[:40] for run in left][:_MAX_RUNS],
        "runs": len(left),
    }


def _runs(client: Any) -> list[Any]:
    """Return the runs of all experiments."""
    return list(client.search_runs([experiment.experiment_id for experiment in client.search_experiments()]))


def _run(client: Any, run_id: str) -> Message:
    try:
        run = client.get_run(run_id)
    except Exception:  # noqa: BLE001 - there is no such run
        return None
    epochs = run.data.params.get("epochs")
    return {
        "status": str(run.info.status)[:40],
        "experiment": str(run.info.experiment_id)[:40],
        "epochs": None if epochs is None else str(epochs)[:_MAX_TEXT],
        "parameters": _names(run.data.params),
        "names": _names(run.data.metrics),
        **{name: _points(client, run, name) for name in _METRICS},
    }


def _points(client: Any, run: Any, name: str) -> Message:
    """Return the points of a metric, none if it was never logged."""
    points = client.get_metric_history(run.info.run_id, name)[:_MAX_POINTS] if name in run.data.metrics else []
    return [{"step": int(point.step), "value": float(point.value)} for point in points]


def _names(values: Mapping[str, object]) -> list[str]:
    return [str(name)[:_MAX_TEXT] for name in sorted(values)[:_MAX_NAMES]]


def _arguments(inputs: Mapping[str, Message], loss_fn: Callable[..., Tensor]) -> tuple[tuple[Any, ...], Tensor, Tensor]:
    """Return the arguments of `track_training`, and the parameters of the model among them."""
    parameters = tensor(inputs["parameters"])
    linear = nn.Linear(len(parameters) - 1, 1)
    with torch.no_grad():
        linear.weight.copy_(parameters[:-1].unsqueeze(0))
        linear.bias.copy_(parameters[-1:])
    model = nn.Sequential(linear, nn.Flatten(0))
    loaders = [
        DataLoader(TensorDataset(tensor(inputs[x]), tensor(inputs[y])), batch_size=inputs["batch_size"])
        for x, y in (("features", "targets"), ("test_features", "test_targets"))
    ]
    optimizer = torch.optim.SGD(model.parameters(), lr=inputs["lr"])
    return (model, *loaders, loss_fn, optimizer, inputs["epochs"]), linear.weight, linear.bias


def _failing(loss_fn: Callable[[Tensor, Tensor], Tensor], at: int) -> Callable[[Tensor, Tensor], Tensor]:
    calls = 0

    def failing(logits: Tensor, targets: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        if calls == at:
            raise Interrupted("the training is interrupted")
        return loss_fn(logits, targets)

    return failing
