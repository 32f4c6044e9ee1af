"""The inputs of a hidden test tell apart what its diagnosis has names for, whatever the seed."""

import itertools
from typing import Any

import numpy as np
import pytest

from grading.content.load import Assignment
from hidden_tests.diagnosis.weighted_loss_formulas import MARGIN, POSITIVE_WEIGHTS, WEIGHTS_OF_BOTH, margin
from hidden_tests.observations import focal_loss
from hidden_tests.observations.measured_loss import TOLERANCE, WEIGHT_TOLERANCE
from hidden_tests.observations.sampler import SIGMAS
from hidden_tests.observations.weighted_loss import REDUCTIONS
from hidden_tests.rng import rng_for
from hidden_tests.scenarios import sampler, weighted_loss
from hidden_tests.test_focal_loss import ARGUMENTS, case_of, moderate_batches

SEEDS = range(200)
# What a diagnosis compares by, and the names it has: each is a variant of this mistake, but for what is right.
NAMED = {
    ("weighted-loss", "wrong-pos-weight"): {*POSITIVE_WEIGHTS, "ratio-of-the-batch", "no-cross-entropy"},
    ("weighted-loss", "weights-negatives"): {*WEIGHTS_OF_BOTH, "scaled"},
    ("weighted-loss", "wrong-reduction"): {*REDUCTIONS, "none"} - {"mean"},
    ("focal-loss", "wrong-focusing"): {*focal_loss.FOCUSING, "wrong-gradient", "constant"}
    - {focal_loss.RIGHT_FOCUSING, "none"},
    ("focal-loss", "wrong-alpha"): {*focal_loss.WEIGHING} - {focal_loss.RIGHT_WEIGHING},
    ("focal-loss", "wrong-focal-reduction"): {*focal_loss.REDUCTIONS} - {focal_loss.RIGHT_REDUCTION},
    ("sampler", "partly-balanced"): {"overshoots"},
}


@pytest.mark.parametrize(("criterion", "mistake"), NAMED)
def test_every_formula_that_a_diagnosis_knows_is_in_the_catalogue(criterion: str, mistake: str, assignment: Assignment):
    """A variant without words would end the grading, and words without a formula would never be read."""
    assert set(assignment.mistake(criterion, mistake).variant) == NAMED[criterion, mistake]


def test_the_training_labels_tell_all_weights_apart():
    """Any two formulas of weights, and any formula and a constant, are a fiftieth apart for some set of labels."""
    margins = [margin(weighted_loss.label_counts(rng_for(seed, "loss"))) for seed in SEEDS]

    assert min(margins) > MARGIN > 10 * WEIGHT_TOLERANCE


def test_labels_that_do_not_tell_weights_apart_have_no_margin():
    """With a ratio of 2.25, rounding and rounding down are the same."""
    assert margin([(10, 40), (12, 27), (21, 8)]) == 0.0


def test_moderate_logits_tell_all_focal_losses_apart():
    """Any two formulas with at most one departure from the right one give losses that differ by more than rounding."""
    known = [formula for formula in focal_loss.FORMULAS if formula.departures < 2]
    for seed in SEEDS[:20]:
        batches = moderate_batches(rng_for(seed, "focal"))
        for one, another in itertools.combinations(known, 2):
            assert _differ(one, another, batches), (seed, one, another)


def _differ(one: focal_loss.Formula, another: focal_loss.Formula, batches: list[tuple[Any, Any]]) -> bool:
    for arguments in ARGUMENTS:
        case = case_of(arguments, moderate=[], extreme=[])
        for logits, targets in batches:
            left, right = (formula.value(logits, targets, case) for formula in (one, another))
            if left.shape != right.shape or np.abs(left - right).max() > 5 * TOLERANCE * (1 + np.abs(right).max()):
                return True
    return False


def test_draws_tell_partly_balanced_from_uniform_and_from_equal():
    """Weights of one over the root of the count lead to shares that no luck takes for the data's, or for a half."""
    for seed in SEEDS:
        for positives, negatives in sampler.label_counts(rng_for(seed, "sampler")):
            natural = positives / (positives + negatives)
            partly = positives**0.5 / (positives**0.5 + negatives**0.5)
            for other in (natural, 0.5):
                # Each may be as far off as luck, at these standard deviations, takes it.
                reach = SIGMAS * (_deviation(partly) + _deviation(other))
                assert abs(partly - other) > 1.3 * reach, (seed, positives, negatives)


def _deviation(share: float) -> float:
    return float(np.sqrt(share * (1 - share) / sampler.DRAWS))
