"""The follow-ups: styles that must earn everything, and mistakes that must not; none of it moves the score."""

from pathlib import Path

import numpy as np
import pytest

from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.handout.templates import handout
from hidden_tests.test_followups import FILE, baseline_f1, improvement_split
from tests.compose import compose
from tests.conftest import ROOT, Grade

FOLDER = ROOT / "tests" / "submissions" / "followups"
CRITERIA = {
    "threshold": "threshold-tuning",
    "oversample": "oversampling",
    "improve": "model-improvement",
    "production": "production",
}


def cases(kind: str) -> list[Path]:
    """Return the submissions of a kind."""
    return sorted(FOLDER.glob(f"*/{kind}/*.py"))


def identity(path: Path) -> str:
    """Return what a case is called."""
    return f"{path.parent.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", cases("correct"), ids=identity)
def test_a_right_follow_up_earns_its_bonus(path: Path, grade: Grade):
    """Whatever its style; those that are not there earn nothing and cost nothing."""
    card = grade(compose(""), optional_files={FILE: path.read_text(encoding="utf-8")})

    own = CRITERIA[path.parent.parent.name]
    assert {c.id: c.points for c in card.bonus} == {c.id: c.max if c.id == own else 0.0 for c in card.bonus}, [
        (found.mistake.id, found.detail) for found in card.bonus_mistakes
    ]
    assert card.points(ScoredBy.TESTS) == 85
    assert not card.mistakes
    assert not card.bonus_mistakes


@pytest.mark.parametrize("path", cases("mistaken"), ids=identity)
def test_a_mistaken_follow_up_does_not(path: Path, grade: Grade):
    """It loses some of its bonus, and is told why; the score is what it was."""
    card = grade(compose(""), optional_files={FILE: path.read_text(encoding="utf-8")})

    (own,) = (c for c in card.bonus if c.id == CRITERIA[path.parent.parent.name])
    assert own.points is not None
    assert own.points < own.max
    assert card.bonus_mistakes
    assert card.points(ScoredBy.TESTS) == 85


def test_follow_ups_left_alone_are_neither_run_nor_held_against_anybody(grade: Grade):
    """As they are handed out, nothing is said of them."""
    stub = handout(Assignment(ROOT), "mid", "room")[FILE]
    card = grade(compose(""), optional_files={FILE: stub})

    assert [c.points for c in card.bonus] == [0.0] * 4
    assert not card.bonus_mistakes
    assert not [result for result in card.run.results if result.criterion in CRITERIA.values()]


@pytest.mark.parametrize("seed", range(10))
def test_the_baseline_is_weak_but_no_gift(seed: int):
    """At 0.25 or more, neither calling everything positive nor a weighted linear model is twice as good."""
    assert 0.25 <= baseline_f1(*improvement_split(np.random.default_rng(seed))) <= 0.4
