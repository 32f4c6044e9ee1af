"""Tests of follow-ups, which are a bonus: missing or unchanged ones cost no points."""

import numpy as np
import pytest

from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.handout.templates import handout
from hidden_tests.test_model_improvement import FILE, baseline_f1, improvement_split
from tests.cases import SUBMISSIONS
from tests.compose import compose
from tests.conftest import ROOT, Grade


def test_a_follow_up_that_is_missing_costs_nothing(grade: Grade):
    """A follow-up that is present earns its own bonus, and missing ones do not change the score."""
    (path, *_) = sorted((SUBMISSIONS / "threshold_tuning" / "correct").glob("*.py"))
    card = grade(compose(""), optional_files={FILE: path.read_text(encoding="utf-8")})

    assert {c.id: c.points for c in card.bonus} == {
        c.id: c.max if c.id == "threshold-tuning" else 0.0 for c in card.bonus
    }
    assert card.points(ScoredBy.TESTS) == 85
    assert not card.mistakes
    assert not card.bonus_mistakes


def test_a_mistaken_follow_up_does_not_change_the_score(grade: Grade):
    """A mistaken follow-up loses part of its bonus, with a mistake, and no point of the score."""
    (path, *_) = sorted((SUBMISSIONS / "threshold_tuning" / "mistaken").glob("*.py"))
    card = grade(compose(""), optional_files={FILE: path.read_text(encoding="utf-8")})

    assert card.bonus_mistakes
    assert card.points(ScoredBy.TESTS) == 85
    assert not card.mistakes


def test_unchanged_follow_ups_are_not_run(grade: Grade):
    """Unchanged follow-ups are not run, earn nothing and are not reported as mistakes."""
    stub = handout(Assignment(ROOT), "mid", "room")[FILE]
    card = grade(compose(""), optional_files={FILE: stub})

    assert [c.points for c in card.bonus] == [0.0] * 4
    assert not card.bonus_mistakes
    assert not [result for result in card.run.results if result.criterion in {c.id for c in card.bonus}]


@pytest.mark.parametrize("seed", range(10))
def test_baseline_f1_is_between_0_25_and_0_4(seed: int):
    """The baseline's F1 is at least 0.25, so that no trivial or linear model doubles it, and at most 0.4."""
    assert 0.25 <= baseline_f1(*improvement_split(np.random.default_rng(seed))) <= 0.4
