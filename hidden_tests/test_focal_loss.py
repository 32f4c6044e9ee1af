"""TODO 5: `FocalLoss(gamma, alpha)` is the mean focal loss on logits (Lin et al. 2017, arXiv:1708.02002)."""

import pytest

from grading.harness import OnFailure
from hidden_tests.diagnosis.focal import FocalProfile, focusing_mistakes

pytestmark = pytest.mark.criterion("focal-loss")


def test_hard_examples_count_more(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """Each example's cross-entropy is multiplied by (1 - p_t)^gamma, in value and gradient; gamma 0 is plain."""
    on_failure(focusing_mistakes, focal_profile)
    formula = focal_profile.formula
    assert formula is not None, "no known formula gives these values"
    assert formula.focusing == "right", f"the factor is {formula.focusing}"
    assert focal_profile.slopes_agree, "the value is right, its gradient is not"


def test_alpha_weighs_positives_and_the_rest_negatives(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """With alpha, positives count alpha and negatives 1 - alpha; without, neither is weighted."""
    formula = focal_profile.formula

    on_failure(lambda: ["wrong-alpha"])
    # Where no formula fits, that is told above.
    assert formula is None or formula.weighing == "right", f"alpha is {formula.weighing}"


def test_exact_for_large_logits(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """Value and gradient stay accurate to float32 for logits up to 200 in size."""
    on_failure(lambda: ["unstable-focal-loss"])
    assert focal_profile.survives_extremes, "wrong value or gradient at extreme logits"


def test_mean_of_the_batch(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """The loss is one number, the mean over the batch."""
    formula = focal_profile.formula

    on_failure(lambda: ["wrong-focal-reduction"])
    assert formula is None or formula.reduction == "mean", f"it is {formula.reduction}"
