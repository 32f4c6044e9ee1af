"""Mistakes in words that the catalogue does not use: each is named, and nothing else is."""

import json

import pytest

from grading.content.records import ScoredBy
from tests.conftest import ROOT, Grade

FOLDER = ROOT / "tests" / "submissions" / "mistaken"
# File: the mistakes to be named, as [criterion, id]; `a|b` where either name is right.
EXPECTED: dict[str, list[list[str]]] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


def test_every_file_says_what_to_expect_of_it():
    """No submission is left out."""
    assert sorted(EXPECTED) == sorted(path.name for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_mistake_is_named_in_whatever_words(name: str, grade: Grade):
    """The mistakes found are exactly those that are there, and only their criteria lose points."""
    card = grade((FOLDER / name).read_bytes())

    left = {(found.criterion, found.mistake.id) for found in card.mistakes}
    for criterion, ids in EXPECTED[name]:
        # At import there is one cause for all criteria; the module could not be looked at, whichever of these it was.
        allowed = {*ids.split("|"), *(["import-error", "crash"] if criterion == "any" and ids == "crash" else [])}
        matching = {pair for pair in left if pair[0] == criterion and pair[1] in allowed}
        assert matching, f"{criterion} {ids} is not among {sorted(left)}"
        left -= matching
    assert not left, "these are named besides"
    whole = {criterion for criterion, _ in EXPECTED[name]}
    for scored in card.criteria:
        if scored.scored_by is ScoredBy.TESTS:
            assert (scored.points == scored.max) == (not whole & {scored.id, "any"}), scored.id
