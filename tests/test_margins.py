"""Tests that the inputs of hidden tests distinguish all formulas that their diagnosis can name, for any seed."""

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
# The names that a diagnosis compares with: the variants of a mistake, without the correct formula.
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
    """The variants of a mistake in the catalogue are exactly the formulas that its diagnosis can report."""
    assert set(assignment.mistake(criterion, mistake).variant) == NAMED[criterion, mistake]


def test_the_training_labels_distinguish_all_weights():
    """For some labels, any two formulas of weights, and any formula and a constant, differ by at least one fiftieth."""
    margins = [margin(weighted_loss.label_counts(rng_for(seed, "loss"))) for seed in SEEDS]

    assert min(margins) > MARGIN > 10 * WEIGHT_TOLERANCE


def test_labels_that_do_not_distinguish_weights_have_no_margin():
    """Labels with a ratio of 2.25 have no margin, because rounding and rounding down give the same weight."""
    assert margin([(10, 40), (12, 27), (21, 8)]) == 0.0


def test_moderate_logits_distinguish_all_focal_losses():
    """Formulas with at most one deviation from the correct one give losses that differ by more than rounding errors."""
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


def test_draws_distinguish_partly_balanced_samplers():
    """The share of positives from partly balanced weights differs significantly from uniform and from equal shares."""
    for seed in SEEDS:
        for positives, negatives in sampler.label_counts(rng_for(seed, "sampler")):
            natural = positives / (positives + negatives)
            partly = positives**0.5 / (positives**0.5 + negatives**0.5)
            for other in (natural, 0.5):
                # Each share may deviate from its expectation by this many standard deviations.
                reach = SIGMAS * (_deviation(partly) + _deviation(other))
                assert abs(partly - other) > 1.3 * reach, (seed, positives, negatives)


def _deviation(share: float) -> float:
    return float(np.sqrt(share * (1 - share) / sampler.DRAWS))
