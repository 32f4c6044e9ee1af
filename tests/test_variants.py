"""A mistake that can be made in several ways is described as the one that was seen."""

from pathlib import Path

import pytest

from grading.content.load import Assignment
from tests.cases import SUBMISSIONS, case_of
from tests.conftest import Grade

# One file for each, named MISTAKE.VARIANT.py.
VARIANTS = sorted((SUBMISSIONS / "variants").glob("*/*.py"))


def test_every_variant_has_a_submission(assignment: Assignment):
    """Words that nothing is described by could not be shown to be right."""
    described = {
        (criterion, id_, variant)
        for (criterion, id_), mistake in assignment.mistakes.items()
        for variant in mistake.variant
    }

    assert {(path.parent.name, *path.stem.split(".")) for path in VARIANTS} == described


@pytest.mark.parametrize("path", VARIANTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_mistake_is_described_as_it_was_made(path: Path, grade: Grade, assignment: Assignment):
    """The card names the mistake by its id, in the words of the variant."""
    id_, variant = path.stem.split(".")
    expected = assignment.mistake(path.parent.name, id_).variant[variant]
    case = case_of(path, assignment)
    optional_files = {name: content.decode() for name, content in case.files.items()}

    card = grade("", optional_files=optional_files, level=case.level, only=path.parent.name)

    titles = {found.mistake.id: found.mistake.title for found in (*card.mistakes, *card.bonus_mistakes)}
    assert titles == {id_: expected.title}
