"""TODO 2: `train_epoch(model, loader, loss_fn, optimizer)` trains for one epoch and returns its mean loss."""

import pytest

from grading.run.candidate import CandidateProxy
from grading.run.explain import OnFailure
from grading.run.observations import ReportedError
from hidden_tests.describe import describe
from hidden_tests.diagnosis.training_loop import graph_mistakes, mode_mistakes, result_mistakes, update_mistakes
from hidden_tests.observations.training_loop import ComparedEpochs, Observed, ObservedEpoch
from hidden_tests.observations.training_loop_events import agree
from hidden_tests.rng import rng_for
from hidden_tests.scenarios.training_loop import epoch_to_wire, epochs_of_both_modes, gentle_epoch

pytestmark = pytest.mark.criterion("training-loop")

TRAINING_MODE = True
# What a batch's loss is raised by, times its share of positives, to see what that does to the epoch's.
LOSS_TERM = 1.5


@pytest.fixture(scope="module")
def epochs(candidate: CandidateProxy, seed: int) -> tuple[ComparedEpochs, ObservedEpoch]:
    """The epochs of the fixtures below, in one call."""
    random = rng_for(seed, "epochs")
    plain, other_evaluation, other_training = epochs_of_both_modes(random)
    long = gentle_epoch(random, rows=389, batch_size=3, lr=0.05, momentum=0.9)
    sizes = [{"rows": len(epoch.targets), "parameters": len(epoch.parameters)} for epoch in (plain, long)]
    compared = [epoch_to_wire(epoch, training=False) for epoch in (plain, other_evaluation, other_training)]
    compared.append(epoch_to_wire(plain, training=False, term=LOSS_TERM))
    observed = candidate.call(
        "training_loop",
        {"watched": [epoch_to_wire(plain, training=False), epoch_to_wire(long, training=True)], "compared": compared},
        Observed,
        {"watched": sizes, "compared": [sizes[0]] * len(compared)},
    )
    observed_plain, observed_long = observed.watched
    again, evaluation, training, higher = observed.compared
    together = ComparedEpochs(
        base=ObservedEpoch(plain, observed_plain),
        again=again,
        evaluation=evaluation,
        training=training,
        higher=higher,
        term=LOSS_TERM,
    )
    return together, ObservedEpoch(long, observed_long)


@pytest.fixture(scope="module")
def compared_epochs(epochs: tuple[ComparedEpochs, ObservedEpoch]) -> ComparedEpochs:
    """The epoch of `plain_epoch`, and the same epoch run again with one thing changed."""
    return epochs[0]


@pytest.fixture(scope="module")
def plain_epoch(epochs: tuple[ComparedEpochs, ObservedEpoch]) -> ObservedEpoch:
    """`train_epoch` over six batches, the last of them smaller, with plain SGD and a model in evaluation mode."""
    return epochs[0].base


@pytest.fixture(scope="module")
def long_epoch(epochs: tuple[ComparedEpochs, ObservedEpoch]) -> ObservedEpoch:
    """`train_epoch` over 130 batches of three, the last of two, with momentum and a model in training mode."""
    return epochs[1]


def describe_error(error: ReportedError) -> str:
    """Describe what the candidate's code raised."""
    return f"it raised {error.detail or error.kind}"


def describe_parameters(epoch: ObservedEpoch) -> str:
    """Describe the parameters after an epoch, and those that are right."""
    if epoch.error is not None:
        return describe_error(epoch.error)
    if epoch.did_nothing:
        return "nothing was trained: the model was never called"
    return f"the parameters end at {describe(epoch.final)}, expected {describe(next(epoch.accepted_ends()))}"


def test_parameters_after_one_epoch(plain_epoch: ObservedEpoch, on_failure: OnFailure) -> None:
    """Each batch is one step of plain SGD on that batch's gradient alone."""
    on_failure(update_mistakes, plain_epoch)
    assert any(agree(plain_epoch.final, end) for end in plain_epoch.accepted_ends()), describe_parameters(plain_epoch)


def test_parameters_after_a_long_epoch_with_momentum(long_epoch: ObservedEpoch, on_failure: OnFailure) -> None:
    """Each batch of a long loader is one step of the passed optimizer."""
    on_failure(update_mistakes, long_epoch)
    assert any(agree(long_epoch.final, end) for end in long_epoch.accepted_ends()), describe_parameters(long_epoch)


def describe_training(epochs: ComparedEpochs) -> str:
    """Describe why nothing was trained."""
    if epochs.error is not None:
        return describe_error(epochs.error)
    if epochs.base.did_nothing:
        return "nothing was trained: the model was never called"
    return "nothing was trained: parameters and result do not follow the model's outputs"


def test_trains_in_training_mode(compared_epochs: ComparedEpochs, on_failure: OnFailure) -> None:
    """A model that arrives in evaluation mode is put into training mode before it is trained."""
    # Where the parameters never move, the result shows in which mode the losses were computed.
    followed = compared_epochs.parameters_follow or compared_epochs.result_follows

    on_failure(mode_mistakes, compared_epochs)
    assert compared_epochs.error is None and followed, describe_training(compared_epochs)
    assert followed == {TRAINING_MODE}, "a batch was trained on in evaluation mode, expected training mode for all"


def describe_result(epochs: ComparedEpochs) -> str:
    """Describe what was returned, and what is right."""
    if epochs.error is not None:
        return describe_error(epochs.error)
    if epochs.base.result.kind != "number":
        return "it returned no number"
    result = f"it returned {describe(epochs.base.result.number)}"
    if not epochs.result_follows:
        return f"{result}, whatever the model's outputs are"
    if epochs.base.accepted_losses:
        return f"{result}, expected {_first_two(epochs.base.accepted_losses)}"
    return (
        f"where each batch's loss is higher by {epochs.term:g} times its share of positives, the result is higher by "
        f"{describe(epochs.rise)}, expected {_first_two(epochs.accepted_rises)}"
    )


def _first_two(values: list[float]) -> str:
    return " or ".join(list(dict.fromkeys(map(describe, values)))[:2])


def test_returns_the_mean_loss(compared_epochs: ComparedEpochs, on_failure: OnFailure) -> None:
    """The result is the epoch's mean loss, over batches or over samples, as a number."""
    result, expected = compared_epochs.base.result.number, compared_epochs.base.accepted_losses

    on_failure(result_mistakes, compared_epochs)
    assert compared_epochs.result_follows, describe_result(compared_epochs)
    # Where the batches' losses are higher, their mean is.
    rises = compared_epochs.accepted_rises
    assert any(agree(compared_epochs.rise, rise) for rise in rises), describe_result(compared_epochs)
    # Of parameters that are wrong, the test above, the loss is unknown.
    assert not expected or any(agree(result, loss) for loss in expected), describe_result(compared_epochs)


def test_result_keeps_no_graph(compared_epochs: ComparedEpochs, on_failure: OnFailure) -> None:
    """The result does not hold on to the graph of the computation."""
    on_failure(graph_mistakes, compared_epochs)
    assert compared_epochs.error is None and compared_epochs.computes, describe_training(compared_epochs)
    assert not compared_epochs.base.result.requires_grad, "the result requires grad"
