"""TODO 5: `FocalLoss(gamma, alpha)` is the mean focal loss on logits (Lin et al. 2017, arXiv:1708.02002)."""

from typing import Any

import numpy as np
import pytest

from grading.run.candidate import CandidateProxy
from grading.run.explain import OnFailure
from hidden_tests.batches import Inputs, batch_sizes, batches_to_wire, extreme_batches, moderate_batch
from hidden_tests.diagnosis import focal_loss as diagnosis
from hidden_tests.observations import focal_loss
from hidden_tests.observations.focal_loss import RIGHT_FOCUSING, RIGHT_REDUCTION, RIGHT_WEIGHING, Case, FocalProfile
from hidden_tests.observations.measured_loss import measured
from hidden_tests.rng import rng_for

pytestmark = pytest.mark.criterion("focal-loss")

# Gamma and alpha of each loss, as they are passed: without arguments they are 2 and None.
DEFAULTS: tuple[float, None] = (2.0, None)
ARGUMENTS: tuple[tuple[float | None, ...], ...] = (
    (),
    (0.0,),
    (0.5,),
    (1.0, None),
    (2.0, 0.25),
    (5.0, None),
    (0.0, 0.6),
    (5.0, 0.75),
)
# The other tests cannot judge a function that is not a loss.
NO_LOSS = "at extreme logits, wrong logits do not have a higher loss than right ones: this is not a loss"


def moderate_batches(random: np.random.Generator) -> list[Inputs]:
    """Return two batches on which focal losses of different formulas differ."""
    return [moderate_batch(random, of_each) for of_each in ((2, 4), (5, 3))]


@pytest.fixture(scope="session")
def focal_profile(candidate: CandidateProxy, seed: int) -> FocalProfile:
    """Return `FocalLoss` with several gammas and alphas, measured on moderate and on extreme logits."""
    batches = [*moderate_batches(rng_for(seed, "focal")), *extreme_batches()]
    losses: list[Any] = [{"arguments": list(arguments)} for arguments in ARGUMENTS]
    observed = candidate.call(
        "focal_loss",
        {"cases": losses, "batches": batches_to_wire(batches)},
        focal_loss.Observed,
        {"cases": [{"batches": batch_sizes(batches)} for _ in ARGUMENTS]},
    )
    cases = []
    for arguments, loss in zip(ARGUMENTS, observed.cases, strict=True):
        moderate, extreme = measured(batches, loss)
        cases.append(case_of(arguments, moderate=moderate, extreme=extreme))
    return FocalProfile(cases)


def case_of(arguments: tuple[float | None, ...], **batches: Any) -> Case:
    """Return the case of a loss that is made with these arguments."""
    gamma, alpha = [*arguments, *DEFAULTS[len(arguments) :]]
    assert gamma is not None
    return Case(gamma=gamma, alpha=alpha, **batches)


def test_hard_examples_count_more(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """Each example's cross-entropy is multiplied by (1 - p_t)^gamma, in value and gradient; gamma 0 changes nothing."""
    formula = focal_profile.formula

    on_failure(diagnosis.focusing_mistakes, focal_profile)
    assert formula is not None, "no known formula gives these losses, expected the mean of (1 - p_t)^gamma * bce"
    assert formula.focusing == RIGHT_FOCUSING, f"the focusing factor is {formula.focusing}, expected {RIGHT_FOCUSING}"
    assert focal_profile.has_gradients, "the values are right, but their gradients with respect to the logits are wrong"


def test_alpha_weighs_positives_and_the_rest_negatives(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """With alpha, positives weigh alpha and negatives 1 - alpha; without alpha, both weigh 1."""
    formula = focal_profile.formula

    on_failure(diagnosis.weighing_mistakes, focal_profile)
    assert focal_profile.does_something, NO_LOSS
    # Where no known formula fits, only test_hard_examples_count_more fails.
    assert formula is None or formula.weighing == RIGHT_WEIGHING, (
        f"the classes weigh {formula.weighing}, expected {RIGHT_WEIGHING}"
    )


def test_exact_for_large_logits(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """Value and gradient stay accurate to float32 for logits up to 200 in size."""
    on_failure(diagnosis.range_mistakes, focal_profile)
    assert focal_profile.does_something, NO_LOSS
    assert focal_profile.is_exact_at_extremes, "a value or a gradient is wrong at logits of 18 to 200"


def test_mean_of_the_batch(focal_profile: FocalProfile, on_failure: OnFailure) -> None:
    """The loss is one number, the mean over the batch."""
    formula = focal_profile.formula

    on_failure(diagnosis.reduction_mistakes, focal_profile)
    assert focal_profile.does_something, NO_LOSS
    assert formula is None or formula.reduction == RIGHT_REDUCTION, (
        f"the reduction is {formula.reduction}, expected {RIGHT_REDUCTION}"
    )
