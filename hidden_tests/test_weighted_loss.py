"""TODO 1: `make_loss(train_labels)` returns the mean binary cross-entropy, positives weighted by n_neg / n_pos."""

import numpy as np
import pytest

from grading.run.candidate import CandidateProxy
from grading.run.explain import OnFailure
from hidden_tests.batches import batch_sizes, batches_to_wire
from hidden_tests.describe import describe
from hidden_tests.diagnosis.weighted_loss import range_mistakes, reduction_mistakes, weight_mistakes
from hidden_tests.observations.measured_loss import measured
from hidden_tests.observations.weighted_loss import LossCase, LossProfile, Observed, SingleClass, weights_agree
from hidden_tests.rng import rng_for
from hidden_tests.scenarios.weighted_loss import labels_and_batches
from hidden_tests.wire import to_wire

pytestmark = pytest.mark.criterion("weighted-loss")


@pytest.fixture(scope="module")
def loss_profile(candidate: CandidateProxy, seed: int) -> LossProfile:
    """`make_loss` on three sets of labels: one in five positive, about one in four, and more than half."""
    cases = labels_and_batches(rng_for(seed, "loss"))
    observed = candidate.call(
        "weighted_loss",
        {
            "cases": [{"labels": to_wire(labels), "batches": batches_to_wire(batches)} for labels, batches in cases],
            "single_class": to_wire(np.zeros(8)),
            "negatives": batches_to_wire([(np.array([0.5, -0.5]), np.zeros(2))])[0],
        },
        Observed,
        {"cases": [{"batches": batch_sizes(batches)} for _, batches in cases]},
    )
    candidate.note(
        "single-class-labels",
        f"with labels of a single class, the loss {describe_single_class(observed.single_class)}",
    )
    found = []
    for (labels, batches), loss in zip(cases, observed.cases, strict=True):
        moderate, extreme = measured(batches, loss)
        found.append(LossCase(labels=labels, moderate=moderate, extreme=extreme))
    return LossProfile(found)


def describe_single_class(single_class: SingleClass) -> str:
    """Describe the loss for labels of a single class, which is the candidate's choice and not part of the score."""
    error, result = single_class.error, single_class.result
    if error is not None:
        return f"raises {error.detail or error.kind}"
    if result.kind == "number":
        return f"gives a loss of {result.number:.3g} on a batch of negatives"
    return f"gives something that is not a number ({result.type or 'None'})"


def has_right_weights(profile: LossProfile, case: LossCase) -> bool:
    """Return whether value and gradient of every moderate batch are the cross-entropy, positives weighted.

    A batch may be reduced in any way, as long as it is the same way for all: the mean has a test of its own.
    """
    weights = profile.weights(case)
    return (
        not profile.takes_sigmoid
        and weights is not None
        and weights_agree(weights, case.right_weights)
        and all(profile.is_weighted_cross_entropy(batch, case, case.right_weights) for batch in case.moderate)
    )


def describe_weights(profile: LossProfile, case: LossCase) -> str:
    """Describe what positives and negatives weigh, and should."""
    positives, negatives = case.counts
    weights = profile.weights(case)
    return (
        f"made from {positives:g} positive and {negatives:g} negative labels: positives and negatives weigh "
        f"{'nothing constant' if weights is None else describe(weights)}, expected {describe(case.right_weights)}, "
        "in value and gradient"
    )


def test_positives_weigh_negatives_per_positive(loss_profile: LossProfile, on_failure: OnFailure) -> None:
    """With one positive in five, a positive example counts four times: value and gradient."""
    case = loss_profile.cases[0]

    on_failure(weight_mistakes, loss_profile)
    assert has_right_weights(loss_profile, case), describe_weights(loss_profile, case)


def test_weight_follows_the_labels(loss_profile: LossProfile, on_failure: OnFailure) -> None:
    """The weight is computed from the training labels, also where positives are the majority."""
    others = loss_profile.cases[1:]

    on_failure(weight_mistakes, loss_profile)
    for case in others:
        assert has_right_weights(loss_profile, case), describe_weights(loss_profile, case)


def test_exact_at_extreme_logits(loss_profile: LossProfile, on_failure: OnFailure) -> None:
    """Value and gradient stay accurate to float32 for logits up to 200 in size."""
    case = loss_profile.cases[0]

    on_failure(range_mistakes, loss_profile, case)
    unstable = loss_profile.unstable_from(case, case.right_weights)
    assert unstable is None, f"value or gradient is wrong from logits of {unstable} on, expected within 1e-4 up to 200"


def test_mean_over_the_batch(loss_profile: LossProfile, on_failure: OnFailure) -> None:
    """The loss is one number, the mean over the batch, whatever the batch's size."""
    reduction = loss_profile.reduction

    on_failure(reduction_mistakes, loss_profile)
    assert loss_profile.wrong_logits_cost_more, "at extreme logits, wrong ones cost no more than right ones"
    # Weights that vary from batch to batch, or no gradient at all, leave the reduction open; they are judged above.
    assert reduction == "mean" or loss_profile.reduction_is_open, f"the reduction is {reduction!r}, expected the mean"
