"""What senior and researcher ask for beyond the rest: right in many styles, mistaken in many words."""

import json
from pathlib import Path

import pytest

from grading.content.records import ScoredBy
from tests.compose import compose
from tests.conftest import ROOT, Grade

FOLDER = ROOT / "tests" / "submissions" / "levels"
CRITERIA = {
    "sampler": ("senior", "sampler"),
    "focal": ("researcher", "focal-loss"),
    "tracking": ("researcher", "experiment-tracking"),
}


def cases(kind: str) -> list[Path]:
    """Return the submissions of a kind."""
    return sorted(FOLDER.glob(f"*/{kind}/*.py"))


def identity(path: Path) -> str:
    """Return what a case is called."""
    return f"{path.parent.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", cases("correct"), ids=identity)
def test_a_right_solution_earns_everything(path: Path, grade: Grade):
    """Whatever its style."""
    level, own = CRITERIA[path.parent.parent.name]
    card = grade(compose(path.read_text(encoding="utf-8")), level=level, beside=own)

    assert not card.mistakes, [(found.mistake.id, found.detail) for found in card.mistakes]
    assert card.points(ScoredBy.TESTS) == card.maximum(ScoredBy.TESTS)


@pytest.mark.parametrize("path", cases("mistaken"), ids=identity)
def test_a_mistake_costs_its_own_criterion(path: Path, grade: Grade):
    """And no other; where the contract has names for it, it is given those and no others."""
    folder = path.parent.parent
    level, own = CRITERIA[folder.name]
    card = grade(compose(path.read_text(encoding="utf-8")), level=level, beside=own)

    for criterion in card.criteria:
        if criterion.tests:
            assert criterion.points is not None
            assert (criterion.points < criterion.max) == (criterion.id == own), (criterion.id, criterion.points)
    found = sorted(found.mistake.id for found in card.mistakes)
    assert found
    expected = json.loads((folder / "expected.json").read_text())[f"mistaken/{path.name}"]
    if isinstance(expected, list):
        assert found == sorted(expected)


@pytest.mark.parametrize("level", ["senior", "researcher"])
def test_the_reference_earns_everything(level: str, grade: Grade):
    """All criteria of a level together, the repaired pipeline and the follow-ups among them."""
    optional_files = {f"assignment/{name}.py": compose("", f"{name}.py") for name in ("pipeline", "followups")}
    card = grade(compose(""), level=level, optional_files=optional_files)

    assert not card.mistakes
    assert card.points(ScoredBy.TESTS) == card.maximum(ScoredBy.TESTS)
    assert all(criterion.points == criterion.max for criterion in card.bonus)
