"""The follow-ups are a bonus: those that are missing or left alone are not held against anybody."""

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
    """One that is there earns its bonus alone, and the score is what it was."""
    (path, *_) = sorted((SUBMISSIONS / "threshold_tuning" / "correct").glob("*.py"))
    card = grade(compose(""), optional_files={FILE: path.read_text(encoding="utf-8")})

    assert {c.id: c.points for c in card.bonus} == {
        c.id: c.max if c.id == "threshold-tuning" else 0.0 for c in card.bonus
    }
    assert card.points(ScoredBy.TESTS) == 85
    assert not card.mistakes
    assert not card.bonus_mistakes


def test_a_mistaken_follow_up_leaves_the_score(grade: Grade):
    """It loses some of its bonus, with the reason, and no point of the score."""
    (path, *_) = sorted((SUBMISSIONS / "threshold_tuning" / "mistaken").glob("*.py"))
    card = grade(compose(""), optional_files={FILE: path.read_text(encoding="utf-8")})

    assert card.bonus_mistakes
    assert card.points(ScoredBy.TESTS) == 85
    assert not card.mistakes


def test_follow_ups_left_alone_are_neither_run_nor_held_against_anybody(grade: Grade):
    """As they are handed out, nothing is said of them."""
    stub = handout(Assignment(ROOT), "mid", "room")[FILE]
    card = grade(compose(""), optional_files={FILE: stub})

    assert [c.points for c in card.bonus] == [0.0] * 4
    assert not card.bonus_mistakes
    assert not [result for result in card.run.results if result.criterion in {c.id for c in card.bonus}]


@pytest.mark.parametrize("seed", range(10))
def test_the_baseline_is_weak_but_no_gift(seed: int):
    """At 0.25 or more, neither calling everything positive nor a weighted linear model is twice as good."""
    assert 0.25 <= baseline_f1(*improvement_split(np.random.default_rng(seed))) <= 0.4
