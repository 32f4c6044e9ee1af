"""Tests that the interviewer's guide agrees with the grader."""

import re
from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.scoring import score as scoring
from grading.scoring.records import Review
from tests.compose import compose
from tests.conftest import ROOT, Grade

GUIDE = (ROOT / "docs" / "interviewer-guide.md").read_text(encoding="utf-8")
MISTAKES = ROOT / "hidden_tests" / "mistakes"
EXAMPLE = (ROOT / "tests/submissions/example/assignment/exercise.py").read_text(encoding="utf-8")


def mistaken(*names: str) -> str:
    """Return the reference with some of the catalogue's mistakes in it."""
    return compose("\n\n\n".join((MISTAKES / name).read_text(encoding="utf-8") for name in names))


@pytest.mark.parametrize(
    ("source", "total"),
    [
        (mistaken("weighted-loss/bce-on-probabilities.py", "evaluation/missing-sigmoid.py"), 65),
        (EXAMPLE, 75),
        (mistaken("training-loop/wrong-epoch-loss.py"), 95),
    ],
    ids=["65", "75", "95"],
)
def test_the_examples_have_the_scores_of_the_grader(source: str, total: int, grade: Grade, assignment: Assignment):
    """Each example in the guide has the points, total and verdict that the grader computes."""
    row = re.search(rf"\| {total} \|.*\| (\d+) \| (\d+) \| (\d+) \| (\w+) \|", GUIDE)
    assert row is not None
    automatic, quality, discussion = map(float, row.groups()[:3])
    run = grade(source).run
    points = {"code-quality": quality, "discussion": discussion}
    review = Review(reviewer="Rosa", points=points, comments={}, dimensions={})

    card = scoring.score(run, assignment.rubric("mid"), assignment.mistake, review)

    assert (card.points(ScoredBy.TESTS), card.total, card.verdict.value) == (automatic, total, row[4])


def test_the_guide_states_the_time_boxes(assignment: Assignment):
    """The guide states the time box of each level's rubric."""
    words = re.sub(r"\s+", " ", GUIDE)
    for level in assignment.levels:
        assert assignment.rubric(level).time_box.removesuffix(" minutes") in words


def test_the_guide_covers_its_topics():
    """The guide has a heading or a phrase for each of its topics."""
    for topic in ("Set-up", "Introduction", "What to observe", "Hints", "Evaluation", "Discussion", "Red flags"):
        assert re.search(rf"^##+ {topic}", GUIDE, re.MULTILINE), topic
    for topic in ("Critical errors", "Bonus signs", "Variations and follow-ups"):
        assert topic in GUIDE
    assert Path(ROOT / "docs" / "hosting.md").exists()
