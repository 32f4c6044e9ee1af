"""TODO 1: `make_loss(train_labels)` returns the mean binary cross-entropy, positives weighted by n_neg / n_pos."""

import pytest

from grading.harness import OnFailure
from hidden_tests.arrays import told
from hidden_tests.diagnosis.loss import Profile, range_mistakes, reduction_mistakes, weight_mistakes

pytestmark = pytest.mark.criterion("weighted-loss")


def test_positives_weigh_negatives_per_positive(loss_profile: Profile, on_failure: OnFailure) -> None:
    """With one positive in five, a positive example counts four times: value and gradient."""
    case = loss_profile.cases[0]

    on_failure(weight_mistakes, loss_profile)
    weights = loss_profile.weights(case)
    assert loss_profile.has_right_weights(case), (
        f"positives and negatives weigh {told(weights)}, where ({told(case.right_weight)}, 1) is right"
    )


def test_weight_follows_the_labels(loss_profile: Profile, on_failure: OnFailure) -> None:
    """The weight is computed from the training labels, also where positives are the majority."""
    others = loss_profile.cases[1:]

    on_failure(weight_mistakes, loss_profile)
    for case in others:
        weights = loss_profile.weights(case)
        assert loss_profile.has_right_weights(case), (
            f"positives and negatives weigh {told(weights)}, where ({told(case.right_weight)}, 1) is right"
        )


def test_exact_at_extreme_logits(loss_profile: Profile, on_failure: OnFailure) -> None:
    """Value and gradient stay accurate to float32 for logits up to 200 in size."""
    case = loss_profile.cases[0]

    on_failure(range_mistakes, loss_profile, case)
    assert loss_profile.survives_extremes(case, (case.right_weight, 1.0)), "wrong value or gradient at extreme logits"


def test_mean_over_the_batch(loss_profile: Profile, on_failure: OnFailure) -> None:
    """The loss is one number, the mean over the batch, whatever the batch's size."""
    on_failure(reduction_mistakes, loss_profile)
    # Weights that change with the batch, or no gradient at all, leave the reduction open; they are judged above.
    assert loss_profile.reduction == "mean" or loss_profile.reduction_is_open, (
        f"the reduction is {loss_profile.reduction}, where mean is right"
    )
