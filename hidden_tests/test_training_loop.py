"""TODO 2: `train_epoch(model, loader, loss_fn, optimizer)` trains for one epoch and returns its mean loss."""

import pytest

from grading.run.explain import OnFailure
from hidden_tests.diagnosis.training import (
    ComparedEpochs,
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
    assert plain_epoch.updates_rightly, plain_epoch.parameters_message


def test_parameters_after_a_long_epoch_with_momentum(long_epoch: ObservedEpoch, on_failure: OnFailure) -> None:
    """Every batch of a long loader counts, and the optimizer given does the stepping."""
    on_failure(update_mistakes, long_epoch)
    assert long_epoch.updates_rightly, long_epoch.parameters_message


def test_trains_in_training_mode(compared_epochs: ComparedEpochs, on_failure: OnFailure) -> None:
    """A model that arrives in evaluation mode is put into training mode before it is trained."""
    on_failure(mode_mistakes, compared_epochs)
    assert compared_epochs.trains_in_training_mode, compared_epochs.mode_message


def test_returns_the_mean_loss(compared_epochs: ComparedEpochs, on_failure: OnFailure) -> None:
    """The result is the epoch's mean loss, over batches or over samples, as a number."""
    on_failure(result_mistakes, compared_epochs)
    assert compared_epochs.returns_mean_loss, compared_epochs.loss_message


def test_result_keeps_no_graph(compared_epochs: ComparedEpochs, on_failure: OnFailure) -> None:
    """The result does not hold on to the graph of the computation."""
    on_failure(graph_mistakes, compared_epochs)
    assert compared_epochs.error is None and compared_epochs.computes, compared_epochs.mode_message
    assert not compared_epochs.base.result.requires_grad, "the result requires grad"
