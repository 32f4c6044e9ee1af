"""Trains the provided model with the candidate's functions, for the reviewer's figures."""

import math
from collections.abc import Mapping

import torch
from torch.utils.data import DataLoader, TensorDataset

from grading.sandbox.inside.candidate import CandidateError, LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import array, no_grad, number, tensor
from hidden_tests.probes.training_loop import SGD


def figures(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Train the provided model for some epochs.

    Inputs: `features` (n, d) and `labels` (n,) to train on, `hidden` features (m, d), `epochs`, `batch_size`, `lr`,
    `momentum`, `seed`. Observed: the `losses` that the epochs returned, NaN where one is no number; the `logits` (m,).
    """
    from assignment.model import Classifier

    torch.manual_seed(inputs["seed"])
    features, labels = tensor(inputs["features"]), tensor(inputs["labels"])
    shuffling = torch.Generator().manual_seed(inputs["seed"])
    loader = DataLoader(
        TensorDataset(features, labels), batch_size=inputs["batch_size"], shuffle=True, generator=shuffling
    )
    model = Classifier(features.shape[1], seed=inputs["seed"])
    # torch's own optimizers import torch._dynamo, which takes longer than all of this.
    optimizer = SGD(model, inputs["lr"], inputs["momentum"], lambda _: None)
    loss_fn = candidate.call("make_loss", labels)
    if not callable(loss_fn):
        raise CandidateError("not-implemented", detail="make_loss returned nothing to call")
    losses = []
    for _ in range(inputs["epochs"]):
        loss = number(candidate, candidate.call("train_epoch", model, loader, loss_fn, optimizer))
        losses.append(loss.get("value", math.nan))
    model.eval()
    with no_grad():
        logits = model(tensor(inputs["hidden"]))
    return {"losses": array(torch.tensor(losses, dtype=torch.float64)), "logits": array(logits)}
