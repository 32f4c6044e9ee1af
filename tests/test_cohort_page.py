"""What a cohort says of its tests, and of submissions that are alike."""

import copy
import json

import msgspec
import pytest

from grading.cohort.item_analysis import items, most_frequent
from grading.content import Assignment
from grading.likeness import alike, groups
from grading.model import Grade, Scorecard
from grading.publish import starters_of_module
from grading.render import to_json
from tests.conftest import REFERENCE, ROOT
from tests.conftest import Grade as GradeSource

CORRECT = ROOT / "tests" / "submissions" / "correct"


@pytest.fixture(scope="module")
def card(grade: GradeSource) -> Scorecard:
    """A grade to make others of."""
    return grade(REFERENCE.read_bytes())


def graded(card: Scorecard, *failed: str) -> Grade:
    """Return a grade in which these tests failed."""
    plain = copy.deepcopy(json.loads(to_json(card, [])))
    for criterion in plain["criteria"]:
        for test in criterion["tests"]:
            if test["id"] in failed:
                test |= {"outcome": "failed", "points": 0.0}
                criterion["points"] -= test["max"]
                plain["score"]["automatic"] -= test["max"]
                plain["mistakes"].append(
                    {"id": "made-up", "severity": "major", "criterion": criterion["id"], "title": "Made up"}
                )
    return msgspec.convert(plain, type=Grade)


def test_difficulty_and_discrimination(card: Scorecard):
    """Against numbers worked out by hand: easy or hard, and with or against the rest."""
    easy, hard, against = "mean_over_the_batch", "parameters_after_one_epoch", "leaves_no_trace"
    others = ("weight_follows_the_labels", "metrics_of_the_positive_class", "threshold_is_honoured")
    strong, weak = graded(card, against), graded(card, hard, *others)
    cohort = [strong, strong, strong, weak]

    found = {item.test: item for item in items(cohort) if item.test is not None}

    assert found[easy].difficulty == 1.0
    assert found[easy].discrimination is None  # everybody passes it: it cannot tell
    assert found[hard].difficulty == 0.75
    assert found[hard].discrimination == pytest.approx(1.0)
    assert found[against].discrimination == pytest.approx(-1.0)
    whole = [item for item in items(cohort) if item.test is None]
    assert [item.criterion for item in whole] == ["weighted-loss", "training-loop", "evaluation"]


def test_a_mistake_counts_once_for_each_submission(card: Scorecard):
    """However many of its tests fail."""
    twice = graded(card, "metrics_of_the_positive_class", "threshold_is_honoured")

    assert most_frequent([twice, twice, graded(card)]) == {("evaluation", "made-up", "Made up"): 2}


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """Right solutions by many hands."""
    return {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in sorted(CORRECT.glob("*.py"))}


@pytest.fixture(scope="module")
def starters(assignment: Assignment) -> frozenset[str]:
    """What they began from."""
    return starters_of_module(assignment)


def test_those_who_wrote_by_themselves_are_not_alike(sources: dict[str, str], starters: frozenset[str]):
    """However few right forms there are."""
    assert alike(sources, starters) == []


def test_a_renamed_copy_is_found(sources: dict[str, str], starters: frozenset[str]):
    """Other names, comments, blank lines and annotations hide nothing."""
    original = sources["kaggle_sklearn"]
    copied = "# mine\n" + original.replace("model", "net").replace("loader", "batches").replace("\n    ", "\n\n    ")
    cohort = {**sources, "copy": copied}

    pairs = alike(cohort, starters)

    assert groups(pairs) == [["copy", "kaggle_sklearn"]]
    assert pairs[0].share > 0.6


def test_the_starter_is_nobodys_own(starters: frozenset[str]):
    """Two who have done nothing are not alike in anything."""
    assert alike({str(n): text for n, text in enumerate([*starters, *starters])}, starters) == []


def test_pairs_make_groups(sources: dict[str, str], starters: frozenset[str]):
    """Three copies are one group."""
    original = sources["java_person"]
    cohort = {**sources, "b": original + "\n# b", "c": original + "\n# c"}

    assert groups(alike(cohort, starters)) == [["b", "c", "java_person"]]


def test_what_is_no_python_is_like_nothing(starters: frozenset[str]):
    """Nor does it stop the rest."""
    assert alike({"a": "def", "b": "def", "c": "\0"}, starters) == []
