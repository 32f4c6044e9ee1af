"""The interviewer's guide tells what is so."""

import re
from pathlib import Path

import pytest

from grading.cli import main
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
def test_the_examples_of_scores_are_graded_as_told(source: str, total: int, grade: Grade, assignment: Assignment):
    """Automatic points, the reviewer's, their sum and the verdict."""
    row = re.search(rf"\| {total} \|.*\| (\d+) \| (\d+) \| (\d+) \| (\w+) \|", GUIDE)
    assert row is not None
    automatic, quality, discussion = map(float, row.groups()[:3])
    run = grade(source).run
    points = {"code-quality": quality, "discussion": discussion}
    review = Review(reviewer="Rosa", points=points, comments={}, dimensions={})

    card = scoring.score(run, assignment.rubric("mid"), assignment.mistake, review)

    assert (card.points(ScoredBy.TESTS), card.total, card.verdict.value) == (automatic, total, row[4])


def test_the_key_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]):
    """Hints, marks and answers stand in the data files, and here as they are printed."""
    assert main(["interview", "--key"]) == 0

    assert f"<!-- key -->\n{capsys.readouterr().out}<!-- end of key -->" in GUIDE


def test_the_guide_tells_the_time_boxes(assignment: Assignment):
    """As the rubrics have them."""
    told = re.sub(r"\s+", " ", GUIDE)
    for level in assignment.levels:
        assert assignment.rubric(level).time_box.removesuffix(" minutes") in told


def test_everything_that_was_promised_is_covered():
    """Set-up to follow-ups, each under a heading or by name."""
    for topic in ("Set-up", "Introduction", "What to observe", "Hints", "Evaluation", "Discussion", "Red flags"):
        assert re.search(rf"^##+ {topic}", GUIDE, re.MULTILINE), topic
    for topic in ("Critical errors", "Bonus signs", "Variations and follow-ups"):
        assert topic in GUIDE
    assert Path(ROOT / "docs" / "hosting.md").exists()
