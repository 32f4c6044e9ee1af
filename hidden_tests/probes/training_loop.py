"""Observes `train_epoch` from inside the model, the loss and the optimizer that are passed to it."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.utils.data import DataLoader, TensorDataset

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import (
    array,
    is_grad_enabled,
    no_grad,
    number,
    requires_grad,
    seed_generators,
    tensor,
)

# As many as a reply may hold: two passes over the longest loader, and what one pass of any right solution makes.
_MAX_EVENTS = 1100
# Bound here, before the candidate's module is loaded.
_cat, _detach, _reshape = torch.cat, Tensor.detach, Tensor.reshape


class Recorder:
    """The events of one epoch, in order."""

    def __init__(self) -> None:
        self.events: list[Message] = []

    def add(self, kind: str, **details: Message) -> None:
        """Note an event, unless there are far too many: the first ones explain what they have in common."""
        if len(self.events) < _MAX_EVENTS:
            self.events.append({"kind": kind, **details})


class LinearModel(nn.Module):
    """Logits x·w + b of features that are scaled first, in each mode by other factors, as a dropout's mask would.

    The first feature of a row is its number, by which the trusted side knows it, and plays no other part.
    """

    def __init__(self, parameters: Tensor, scales: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(parameters[:-1].clone())
        self.bias = nn.Parameter(parameters[-1].clone())
        self.scales: Tensor
        self.register_buffer("scales", scales)

    def logits(self, features: Tensor) -> Tensor:
        """Map (b, 1 + d) to (b,)."""
        return (features[:, 1:] * self.scales[int(self.training)]) @ self.weight + self.bias


def recorded_model(parameters: Tensor, scales: Tensor, recorder: Recorder) -> LinearModel:
    """Return a model that notes each forward pass, and whose notes are no attribute of its own.

    Candidate code would find them there; and so they are kept of its copies as well. In which mode a pass ran is not
    noted: rows, parameters and output say it.
    """

    class RecordedModel(LinearModel):
        def forward(self, features: Tensor) -> Tensor:
            """Map (b, 1 + d) to (b,)."""
            logits = self.logits(features)
            recorder.add(
                "forward",
                rows=array(features[:, 0]),
                output=array(logits),
                parameters=array(flat(self.weight, self.bias)),
                recording=is_grad_enabled(),
            )
            return logits

    return RecordedModel(parameters, scales)


def flat(weight: Tensor, bias: Tensor) -> Tensor:
    """Return weights, then bias, shape (d + 1,)."""
    return _cat([_detach(weight), _reshape(_detach(bias), (1,))])


def recorded_loss(pos_weight: Tensor, term: float, recorder: Recorder) -> nn.Module:
    """Return a weighted binary cross-entropy that notes its logits and whether it is differentiated.

    `term` times the share of positives in the batch is added to it: it changes the loss, and no gradient. Nor does the
    loss's own parameter; but with it, logits without a graph make a loss that can be differentiated, to no effect.
    """

    class RecordedLoss(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pos_weight: Tensor
            self.register_buffer("pos_weight", pos_weight)
            self.own = nn.Parameter(torch.zeros(()))

        def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
            """Mean over the batch, a scalar."""
            value = binary_cross_entropy_with_logits(logits, targets, pos_weight=self.pos_weight)
            value = value + term * targets.mean() + 0 * self.own
            recorder.add("loss", logits=array(_reshape(logits, (-1,))), differentiable=requires_grad(logits))
            if requires_grad(value):
                value.register_hook(lambda gradient: recorder.add("backward", scale=float(gradient)))
            return value

    return RecordedLoss()


class SGD(Optimizer):
    """Stochastic gradient descent as torch.optim.SGD does it (no dampening), with each step noted."""

    def __init__(self, model: nn.Module, lr: float, momentum: float, note: Callable[[Tensor], None]) -> None:
        super().__init__(model.parameters(), {"lr": lr, "momentum": momentum})
        self._note = note

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Do one step, after evaluating `closure` with gradients switched on if there is one."""
        result = None
        if closure is not None:
            with torch.enable_grad():
                result = closure()
        with no_grad():
            gradients = []
            for group in self.param_groups:
                for parameter in group["params"]:
                    gradient = parameter.grad
                    gradients.append((torch.zeros_like(parameter) if gradient is None else gradient).reshape(-1))
                    if gradient is None:
                        continue
                    if group["momentum"]:
                        state = self.state[parameter]
                        velocity = state.get("momentum_buffer")
                        gradient = gradient.clone() if velocity is None else velocity * group["momentum"] + gradient
                        state["momentum_buffer"] = gradient
                    parameter.sub_(gradient * group["lr"])
            self._note(torch.cat(gradients))
        return result


def training_loop(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Run one epoch of `train_epoch` for each of `watched` and of `compared`, with everything new.

    Inputs of an epoch: `features` (n, 1 + d), the row's number first, `targets` (n,), `batch_size`, `parameters`
    (d + 1,), `scales` (2, d) of evaluation and of training mode, `pos_weight` (), `term`, `lr`, `momentum`,
    `starts_in_training_mode`.
    """
    watched = []
    for epoch in inputs["watched"]:
        recorder = Recorder()
        watched.append({"outcome": _outcome(candidate, epoch, recorder), "events": recorder.events})
    return {"watched": watched, "compared": [_outcome(candidate, epoch, Recorder()) for epoch in inputs["compared"]]}


def _outcome(candidate: LoadedModule, inputs: Mapping[str, Message], recorder: Recorder) -> Message:
    """Run one epoch, note its events, and return the result or the error, and the parameters afterwards."""
    seed_generators()
    model = recorded_model(tensor(inputs["parameters"]), tensor(inputs["scales"]), recorder)
    model.train(inputs["starts_in_training_mode"])
    # The parameters themselves: what a name of the model's stands for later is the candidate's to change.
    weight, bias = model.weight, model.bias
    optimizer = SGD(
        model, inputs["lr"], inputs["momentum"], lambda gradients: recorder.add("step", gradients=array(gradients))
    )
    loss_fn = recorded_loss(tensor(inputs["pos_weight"]), inputs["term"], recorder)
    loader = DataLoader(
        TensorDataset(tensor(inputs["features"]), tensor(inputs["targets"])), batch_size=inputs["batch_size"]
    )

    def note_another_optimizer(stepped: Optimizer, *_: object) -> None:
        if stepped is not optimizer:
            recorder.add("other step")

    hook = register_optimizer_step_post_hook(note_another_optimizer)
    outcome: dict[str, Message] = {"error": None}
    try:
        outcome["result"] = number(candidate, candidate.call("train_epoch", model, loader, loss_fn, optimizer))
    except CandidateError as error:
        outcome["error"] = error.record
        outcome["result"] = {"kind": "none"}
    hook.remove()
    return {**outcome, "final": array(flat(weight, bias))}
