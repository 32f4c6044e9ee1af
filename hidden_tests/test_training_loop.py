"""TODO 2: `train_epoch(model, loader, loss_fn, optimizer)` trains for one epoch and returns its mean loss."""

import pytest

from grading.harness import OnFailure
from hidden_tests.diagnosis.training import (
    ObservedEpoch,
    graph_mistakes,
    mode_mistakes,
    result_mistakes,
    update_mistakes,
)

pytestmark = pytest.mark.criterion("training-loop")


def test_parameters_after_one_epoch(plain_epoch: ObservedEpoch, on_failure: OnFailure) -> None:
    """Each batch is one step of plain SGD on that batch's gradient alone."""
    on_failure(update_mistakes, plain_epoch)
    assert plain_epoch.updates_rightly, plain_epoch.told_parameters


def test_parameters_after_a_long_epoch_with_momentum(long_epoch: ObservedEpoch, on_failure: OnFailure) -> None:
    """Every batch of a long loader counts, and the optimizer given does the stepping."""
    on_failure(update_mistakes, long_epoch)
    assert long_epoch.updates_rightly, long_epoch.told_parameters


def test_trains_in_training_mode(long_epoch: ObservedEpoch, on_failure: OnFailure) -> None:
    """A model that arrives in evaluation mode is put into training mode before it is trained."""
    on_failure(mode_mistakes, long_epoch)
    assert long_epoch.trains_in_training_mode, "a batch was trained on in evaluation mode"


def test_returns_the_mean_loss(plain_epoch: ObservedEpoch, on_failure: OnFailure) -> None:
    """The result is the epoch's mean loss, over batches or over samples, as a number."""
    on_failure(result_mistakes, plain_epoch)
    assert not plain_epoch.did_nothing, "no batch reached the model"
    assert plain_epoch.returns_mean_loss, plain_epoch.told_loss


def test_result_keeps_no_graph(plain_epoch: ObservedEpoch, on_failure: OnFailure) -> None:
    """The result does not hold on to the graph of the computation."""
    on_failure(graph_mistakes, plain_epoch)
    assert plain_epoch.ended, "the epoch did not end"
    assert not plain_epoch.result.requires_grad, "the result requires grad"
