"""Tests that the assignment's data files are validated before grading; errors name the file and the fix."""

import shutil
from pathlib import Path

import pytest

from grading.content.load import Assignment, load_rubric
from grading.errors import ContentError, UsageError
from tests.conftest import ROOT

RUBRIC = (ROOT / "hidden_tests" / "rubrics" / "mid.toml").read_text(encoding="utf-8")


def test_the_rubric_has_the_specified_criteria(assignment: Assignment):
    """The rubrics of junior and mid have the five specified criteria, 100 points, and a passing mark of 70."""
    for level in ("junior", "mid"):
        rubric = assignment.rubric(level)

        assert {criterion.id: (criterion.title, criterion.points) for criterion in rubric.criterion} == {
            "weighted-loss": ("TODO 1: Weighted Loss", 30),
            "training-loop": ("TODO 2: Training Loop", 30),
            "evaluation": ("TODO 3: Evaluation", 25),
            "code-quality": ("Code Quality", 10),
            "discussion": ("Discussion", 5),
        }
        assert (rubric.maximum, rubric.passing) == (100, 70)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("points = 5\ndimension", "points = 6\ndimension", "add up to 101"),
        ("mean_over_the_batch = 4", "mean_over_the_batch = 5", "tests' points add up to 31"),
        ("points = 5\ndimension", "points = inf\ndimension", "points"),
        ("points = 5\ndimension", "points = nan\ndimension", "points"),
        ("points = 5\ndimension", "points = true\ndimension", "points"),
        ("points = 5\ndimension", "points = -5\ndimension", "points"),
        ('id = "discussion"', 'id = "code-quality"', "duplicate"),
        ('id = "discussion"', 'name = "discussion"', "name"),
        ('dimension = "ml-fundamentals"', 'dimension = "luck"', "luck"),
        ("problem-solving = 30", "problem-solving = 31", "weights add up to 101"),
        ("passing = 70", "passing = ", "line"),
    ],
)
def test_an_invalid_rubric_is_refused_with_file_and_key(before: str, after: str, says: str, tmp_path: Path):
    """The error for an invalid rubric is one line with the file and the fix."""
    path = tmp_path / "mid.toml"
    assert before in RUBRIC
    path.write_text(RUBRIC.replace(before, after), encoding="utf-8")

    with pytest.raises(ContentError) as raised:
        load_rubric(path)

    assert str(path) in str(raised.value)
    assert says in str(raised.value)


def test_a_level_without_a_rubric_is_a_usage_error(assignment: Assignment):
    """An unknown level is a usage error that lists the available levels."""
    with pytest.raises(UsageError, match="junior, mid, researcher, senior"):
        assignment.rubric("wizard")


@pytest.mark.parametrize(
    ("file", "before", "after", "says"),
    [
        ("assignment.toml", 'default_level = "short"', 'default_level = "mid"', "default_level 'mid' has no rubric"),
        ("interview.toml", 'dimension = "readability"', 'dimension = "luck"', "observation: 'luck' is in no rubric"),
        ("interview.toml", 'dimension = "correctness", per', 'dimension = "luck", per', "hint_cost: 'luck' is in no"),
        ("interview.toml", "base = 50", 'base = 50\nanswers_score = "trimmed-mean"', "answers_score: 'trimmed-mean'"),
        ("interview.toml", "base = 50", "base = 101", "base"),
    ],
)
def test_names_that_no_rubric_has_are_refused(file: str, before: str, after: str, says: str, tmp_path: Path):
    """A default level without a rubric, or an interview that names an unknown dimension or criterion, is refused."""
    shutil.copytree(ROOT / "tests" / "tiny", tmp_path / "tiny")
    path = tmp_path / "tiny" / "hidden_tests" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")

    with pytest.raises(ContentError, match=says) as raised:
        assert Assignment(tmp_path / "tiny").interview

    assert str(path) in str(raised.value)


def test_a_mistake_outside_the_catalogue_is_refused(assignment: Assignment):
    """A hidden test cannot name a mistake that is not in the catalogue."""
    with pytest.raises(ContentError, match="no mistake 'bad-luck'"):
        assignment.mistake("evaluation", "bad-luck")


@pytest.mark.parametrize(
    ("causes", "says"),
    [
        ('["sum-for-mean"]', "'sum-for-mean', but 'trimmed-mean' has no mistake of that id: correct the id"),
        (
            '["cuts-one-end"]',
            "'cuts-one-end', which is itself a consequence: list the mistakes in its consequence_of instead",
        ),
        ('"crash"', "consequence_of"),
    ],
)
def test_a_consequence_of_an_unknown_mistake_is_refused(causes: str, says: str, tmp_path: Path):
    """A consequence of an unknown mistake, a chain or a cycle is refused; the error names the file and the fix."""
    shutil.copytree(ROOT / "tests" / "tiny", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "hidden_tests" / "mistakes" / "trimmed-mean" / "mistakes.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\nseverity", f"\nconsequence_of = {causes}\nseverity", 1), encoding="utf-8")

    with pytest.raises(ContentError) as raised:
        Assignment(tmp_path)

    assert str(path) in str(raised.value)
    assert says in str(raised.value)


def test_the_answer_key_has_the_questions_of_the_handout(assignment: Assignment):
    """Each question of the answer key has the number and title of a question in the handout."""
    text = (ROOT / "assignment" / "DISCUSSION.md").read_text(encoding="utf-8")

    for question in assignment.questions("mid"):
        assert f"## {question.number}. {question.title}\n" in text
    assert text.count("\n## ") == len(assignment.questions("mid")) == 8


def test_every_level_has_the_five_base_criteria(assignment: Assignment):
    """Every level has the five base criteria, its own additional ones, and a total of 100 points."""
    extra = {
        "junior": set(),
        "mid": set(),
        "senior": {"sampler"},
        "researcher": {"focal-loss", "experiment-tracking", "broken-pipeline"},
    }
    base = {criterion.id for criterion in assignment.rubric("mid").criterion}
    assert assignment.levels == sorted(extra)
    for level, more in extra.items():
        rubric = assignment.rubric(level)
        assert {criterion.id for criterion in rubric.criterion} == base | more
        assert rubric.maximum == pytest.approx(100)
        assert [bonus.id for bonus in rubric.bonus] == [
            "threshold-tuning",
            "oversampling",
            "model-improvement",
            "production",
        ]
