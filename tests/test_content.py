"""The assignment's data files are checked before anything is graded; each error names file, key and fix."""

import shutil
from pathlib import Path

import pytest

from grading.content.load import Assignment, load_rubric
from grading.errors import ContentError, UsageError
from tests.conftest import ROOT

RUBRIC = (ROOT / "hidden_tests" / "rubrics" / "mid.toml").read_text(encoding="utf-8")


def test_the_rubric_is_the_contracts(assignment: Assignment):
    """Five criteria, 100 points, passing at 70; junior and mid alike."""
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
        ('id = "discussion"', 'id = "code-quality"', "twice"),
        ('id = "discussion"', 'name = "discussion"', "name"),
        ('dimension = "ml-fundamentals"', 'dimension = "luck"', "luck"),
        ("problem-solving = 30", "problem-solving = 31", "weights add up to 101"),
        ("passing = 70", "passing = ", "line"),
    ],
)
def test_a_wrong_rubric_is_refused_by_file_and_key(before: str, after: str, says: str, tmp_path: Path):
    """One line, with the file and what to change."""
    path = tmp_path / "mid.toml"
    assert before in RUBRIC
    path.write_text(RUBRIC.replace(before, after), encoding="utf-8")

    with pytest.raises(ContentError) as raised:
        load_rubric(path)

    assert str(path) in str(raised.value)
    assert says in str(raised.value)


def test_a_level_without_a_rubric_is_the_callers_mistake(assignment: Assignment):
    """The error says which levels there are."""
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
def test_what_no_rubric_has_is_refused_by_file_and_key(file: str, before: str, after: str, says: str, tmp_path: Path):
    """The default level has a rubric; an interview names dimensions, and a criterion that a reviewer scores."""
    shutil.copytree(ROOT / "tests" / "tiny", tmp_path / "tiny")
    path = tmp_path / "tiny" / "hidden_tests" / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")

    with pytest.raises(ContentError, match=says) as raised:
        assert Assignment(tmp_path / "tiny").interview

    assert str(path) in str(raised.value)


def test_a_mistake_that_nobody_describes_is_refused(assignment: Assignment):
    """A hidden test cannot name what is not in the catalogue."""
    with pytest.raises(ContentError, match="no mistake 'bad-luck'"):
        assignment.mistake("evaluation", "bad-luck")


@pytest.mark.parametrize(
    ("causes", "says"),
    [
        ('["sum-for-mean"]', "'sum-for-mean', which no mistake of 'trimmed-mean' is called: correct the id"),
        ('["cuts-one-end"]', "'cuts-one-end', which is itself a consequence: name the mistakes in its consequence_of"),
        ('"crash"', "consequence_of"),
    ],
)
def test_a_consequence_of_an_unknown_mistake_is_refused(causes: str, says: str, tmp_path: Path):
    """The error names the file, the mistake and the fix; a chain of consequences, or a circle, is refused as well."""
    shutil.copytree(ROOT / "tests" / "tiny", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "hidden_tests" / "mistakes" / "trimmed-mean" / "mistakes.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\nseverity", f"\nconsequence_of = {causes}\nseverity", 1), encoding="utf-8")

    with pytest.raises(ContentError) as raised:
        Assignment(tmp_path)

    assert str(path) in str(raised.value)
    assert says in str(raised.value)


def test_the_answer_key_has_the_questions_of_the_handout(assignment: Assignment):
    """By number and title."""
    text = (ROOT / "assignment" / "DISCUSSION.md").read_text(encoding="utf-8")

    for question in assignment.questions("mid"):
        assert f"## {question.number}. {question.title}\n" in text
    assert text.count("\n## ") == len(assignment.questions("mid")) == 8


def test_every_level_has_the_five_base_criteria(assignment: Assignment):
    """Each adds up to a hundred, and adds what the level is about."""
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
