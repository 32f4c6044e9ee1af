"""TODO 1: `make_loss(train_labels)` returns the mean binary cross-entropy, positives weighted by n_neg / n_pos."""

import pytest

from grading.run.explain import OnFailure
from hidden_tests.describe import describe
from hidden_tests.diagnosis.loss import Case, Profile, range_mistakes, reduction_mistakes, weight_mistakes

pytestmark = pytest.mark.criterion("weighted-loss")


def describe_weights(profile: Profile, case: Case) -> str:
    """Say what positives and negatives weigh, and should."""
    positives, negatives = case.counts
    found = profile.weights(case)
    return (
        f"made from {positives:g} positive and {negatives:g} negative labels: positives and negatives weigh "
        f"{'nothing constant' if found is None else describe(found)}, expected ({describe(case.right_weight)}, 1), "
        "in value and gradient"
    )


def test_positives_weigh_negatives_per_positive(loss_profile: Profile, on_failure: OnFailure) -> None:
    """With one positive in five, a positive example counts four times: value and gradient."""
    case = loss_profile.cases[0]

    on_failure(weight_mistakes, loss_profile)
    assert loss_profile.has_right_weights(case), describe_weights(loss_profile, case)


def test_weight_follows_the_labels(loss_profile: Profile, on_failure: OnFailure) -> None:
    """The weight is computed from the training labels, also where positives are the majority."""
    others = loss_profile.cases[1:]

    on_failure(weight_mistakes, loss_profile)
    for case in others:
        assert loss_profile.has_right_weights(case), describe_weights(loss_profile, case)


def test_exact_at_extreme_logits(loss_profile: Profile, on_failure: OnFailure) -> None:
    """Value and gradient stay accurate to float32 for logits up to 200 in size."""
    case = loss_profile.cases[0]
    weights = (case.right_weight, 1.0)

    on_failure(range_mistakes, loss_profile, case)
    unstable = loss_profile.unstable_from(case, weights)
    assert unstable is None, f"value or gradient is wrong from logits of {unstable} on, expected within 1e-4 up to 200"


def test_mean_over_the_batch(loss_profile: Profile, on_failure: OnFailure) -> None:
    """The loss is one number, the mean over the batch, whatever the batch's size."""
    on_failure(reduction_mistakes, loss_profile)
    assert loss_profile.does_something, "at extreme logits, wrong ones cost no more than right ones: this is no loss"
    # Weights that change with the batch, or no gradient at all, leave the reduction open; they are judged above.
    assert loss_profile.reduction == "mean" or loss_profile.reduction_is_open, (
        f"the reduction is {loss_profile.reduction!r}, expected the mean over the batch"
    )
