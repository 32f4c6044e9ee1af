"""TODO 5: `FocalLoss(gamma, alpha)` is the mean focal loss on logits (Lin et al. 2017, arXiv:1708.02002)."""

import pytest

from grading.run.explain import OnFailure
from hidden_tests.diagnosis.focal import (
    FocalProfile,
    focusing_mistakes,
    range_mistakes,
    reduction_mistakes,
    weighing_mistakes,
)

pytestmark = pytest.mark.criterion("focal-loss")

# Of what computes nothing, weights, range and reduction cannot be judged.
NOTHING = "at extreme logits, wrong ones cost no more than right ones: this is no loss"


def test_hard_examples_count_more(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """Each example's cross-entropy is multiplied by (1 - p_t)^gamma, in value and gradient; gamma 0 is plain."""
    formula = focal_profile.formula

    on_failure(focusing_mistakes, focal_profile)
    assert formula is not None, "the losses are those of no known formula, expected the mean of (1 - p_t)^gamma * bce"
    assert formula.focusing == "right", f"the focusing factor is {formula.focusing!r}, expected (1 - p_t)^gamma"
    assert focal_profile.slopes_agree, "the losses are right, their gradient with respect to the logits is not"


def test_alpha_weighs_positives_and_the_rest_negatives(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """With alpha, positives count alpha and negatives 1 - alpha; without, neither is weighted."""
    formula = focal_profile.formula

    on_failure(weighing_mistakes, focal_profile)
    assert focal_profile.does_something, NOTHING
    # Where no formula fits, the test above fails.
    assert formula is None or formula.weighing == "right", (
        f"alpha is {formula.weighing!r}, expected positives to weigh alpha and negatives 1 - alpha"
    )


def test_exact_for_large_logits(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """Value and gradient stay accurate to float32 for logits up to 200 in size."""
    on_failure(range_mistakes, focal_profile)
    assert focal_profile.does_something, NOTHING
    assert focal_profile.survives_extremes, "a loss or its gradient is wrong at logits of 18 to 200"


def test_mean_of_the_batch(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """The loss is one number, the mean over the batch."""
    formula = focal_profile.formula

    on_failure(reduction_mistakes, focal_profile)
    assert focal_profile.does_something, NOTHING
    assert formula is None or formula.reduction == "mean", f"the reduction is {formula.reduction!r}, expected the mean"
