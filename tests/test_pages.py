"""Tests of the pages for reviewers and candidates, including untrusted text in them."""

import json
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.content.version import VERSION, grader_digest
from grading.errors import UsageError
from grading.handout.templates import solution
from grading.render import to_feedback, to_json, to_summary
from grading.render.annotations import to_annotations
from grading.render.html.summary import to_html
from grading.render.markdown import block, escape
from grading.render.summary import HELD_NOTE
from grading.run.records import Outcome
from grading.scoring.records import Review, Scorecard
from grading.scoring.review import read_review, to_sheet, write_sheet
from grading.scoring.score import score
from grading.submission.records import Answer, Commit, History
from tests.compose import compose
from tests.conftest import ROOT, Grade

HOSTILE = (
    "<script>alert(1)</script> ![x](https://example.org/x.png) @org/team fixes #1 | a | `code` [l](javascript:x) "
    "::error::x \u202egnp \x1b[31mred\n\n# Heading\n```\nout"
)


@pytest.fixture(scope="module")
def card(grade: Grade) -> Scorecard:
    """Return the scorecard of a submission with two mistakes and a hostile message."""
    mistaken = (ROOT / "hidden_tests/mistakes/evaluation/missing-sigmoid.py").read_text(encoding="utf-8")
    crash = f"def make_loss(train_labels):\n    raise ValueError({HOSTILE!r})\n"
    return grade(compose(f"{mistaken}\n\n{crash}"))


def test_grade_json_has_the_documented_keys(card: Scorecard, assignment: Assignment):
    """grade.json has exactly the documented keys."""
    grade = json.loads(to_json(card, assignment.questions("mid")))

    assert list(grade) == [
        *("schema", "level", "submission", "score", "grader", "passing", "verdict"),
        *("criteria", "bonus", "mistakes", "flags", "seconds"),
    ]
    assert grade["score"] == {
        "automatic": 42.0,
        "automatic_max": 85,
        "reviewer": None,
        "reviewer_max": 15,
        "total": None,
        "max": 100,
    }
    assert grade["grader"] == {"version": VERSION, "digest": grader_digest(ROOT)}
    assert grade["verdict"] == "fail"
    assert {(mistake["criterion"], mistake["id"]) for mistake in grade["mistakes"]} == {
        ("weighted-loss", "crash"),
        ("evaluation", "missing-sigmoid"),
    }
    for criterion in grade["criteria"]:
        assert list(criterion) == ["id", "title", "points", "max", "scored_by", "tests"]
        for test in criterion["tests"]:
            assert list(test) == ["id", "outcome", "points", "max", "mistakes"]


def test_a_critical_mistake_needs_review_on_every_page(grade: Grade, assignment: Assignment):
    """Accuracy for every metric reaches the passing mark, but every page says that the submission needs a review."""
    source = (ROOT / "tests/submissions/evaluation/mistaken/accuracy_everywhere.py").read_text(encoding="utf-8")
    card = grade(compose(source))
    questions = assignment.questions("mid")

    assert (card.points(ScoredBy.TESTS) or 0.0) >= card.rubric.passing
    assert json.loads(to_json(card, questions))["verdict"] == "needs-review"
    assert "needs review" in to_summary(card, questions).splitlines()[0]
    assert HELD_NOTE in to_summary(card, questions)
    assert "A reviewer adds the points" in to_feedback(card, questions)
    assert "pass." not in to_feedback(card, questions)


def test_the_summary_shows_the_line_of_a_mistake(card: Scorecard, assignment: Assignment):
    """The summary shows the line of the candidate's code where a mistake was found."""
    summary = to_summary(card, assignment.questions("mid"))

    assert "line" in summary
    assert "threshold" in summary
    assert summary.startswith("# ❌ fail: 42 of 85 automatic points")


def test_a_form_feed_does_not_move_a_mistake_to_another_line(card: Scorecard, assignment: Assignment):
    """Lines are counted as Python counts them, so a form feed or a Unicode separator does not end a line."""
    source = "# a\x0cb\u2028c\n" + card.run.submission.source
    moved = [msgspec.structs.replace(found, line=found.line and found.line + 1) for found in card.mistakes]
    submission = msgspec.structs.replace(card.run.submission, source=source)
    run = msgspec.structs.replace(card.run, submission=submission)
    summary = to_summary(msgspec.structs.replace(card, run=run, mistakes=moved), assignment.questions("mid"))

    assert "raise ValueError&#40;" in summary


def test_hostile_text_is_shown_as_text(card: Scorecard, assignment: Assignment):
    """The summary contains no tag, image, mention, reference, table cell or escape sequence from the submission."""
    summary = to_summary(card, assignment.questions("mid"))

    for dangerous in ("<script", "![", "@org", " #1", "javascript:", "::error", "\u202e", "\x1b", "https://example"):
        assert dangerous not in summary, dangerous


@pytest.mark.parametrize(
    "text", [HOSTILE, "a\ud800b\r\n", "a" * 100_000, "`" * 50, "\n".join("x" * 5000 for _ in range(3))]
)
def test_escaped_text_contains_nothing_active(text: str):
    """Escaped text contains no active Markdown, HTML or control character, in a line and in a block."""
    line, fenced = escape(text), block(text).splitlines()

    assert "\n" not in line
    assert line.startswith("<code>") and line.endswith("</code>")
    inside = line.removeprefix("<code>").removesuffix("</code>").replace("&#", "")
    assert not set("<>@#|`[]*_:\u202e\x1b").intersection(inside)
    assert fenced[0] == fenced[-1]
    assert all(not inner.startswith(fenced[0]) for inner in fenced[1:-1])
    assert max(map(len, fenced)) <= 500
    # A lone surrogate cannot be encoded, so no page may contain one.
    assert "\n".join([line, *fenced]).encode()


def test_feedback_contains_only_catalogue_and_rubric(card: Scorecard, assignment: Assignment):
    """Feedback shows the type and line of an exception, but no hidden test, message, path or answer key."""
    feedback = to_feedback(card, assignment.questions("mid"))

    assert "Logits are compared with a probability" in feedback
    assert "ValueError in line" in feedback
    for secret in (
        "test_",
        "hidden",
        "script",
        str(ROOT),
        "seed",
        *assignment.rubric("mid").criterion[0].tests,
    ):
        assert secret not in feedback, secret
    for result in card.run.results:
        assert result.title not in feedback


def test_annotations_contain_no_text_of_the_submission(card: Scorecard):
    """An annotation is one line that refers to the candidate's file and contains only text of the catalogue."""
    commands = to_annotations(card, "assignment/exercise.py")

    assert len(commands) == 2
    for command in commands:
        assert command.startswith("::error file=assignment/exercise.py,line=")
        assert "\n" not in command
        assert "alert" not in command


@pytest.fixture(scope="module")
def reviewed(card: Scorecard, assignment: Assignment) -> Scorecard:
    """Return the scorecard with one commit that changes one file, and a complete review."""
    commit = Commit(sha="a" * 40, minute=0, subject="work", files=1)
    submission = msgspec.structs.replace(
        card.run.submission, history=History(commits=[commit], minutes=1, outside=[]), source="x = 1\n" * 40
    )
    review = Review(reviewer="Rosa", points={"code-quality": 7.5, "discussion": 4}, comments={}, dimensions={})
    run = msgspec.structs.replace(card.run, submission=submission)
    return score(run, assignment.rubric("mid"), assignment.mistake, review)


def test_counts_of_one_are_singular(reviewed: Scorecard, assignment: Assignment):
    """One commit of one file within one minute is described in the singular, on both pages of the reviewer."""
    questions = assignment.questions("mid")
    pages = (to_summary(reviewed, questions), html_page(reviewed, assignment))

    for page in pages:
        assert "1 commit, 1 minute from the first to the last" in page
        assert "(1 file)" in page
        assert not re.search(r"\b1 (commits|minutes|files|tests)\b", page)


def test_the_page_separates_reviewer_and_passing_mark(reviewed: Scorecard, assignment: Assignment):
    """The sentences about the reviewer and about the passing mark are separated by a space."""
    assert re.search(r"reviewed by Rosa\.\s+Passing at 70\.", html_page(reviewed, assignment))


def test_feedback_shows_the_points_that_a_reviewer_gave(card: Scorecard, reviewed: Scorecard):
    """Feedback shows the available points before the review, and the given points after it."""
    assert "## Code Quality: up to 10, given by a reviewer" in to_feedback(card, ())
    assert "## Code Quality: 7.5 of 10, given by a reviewer" in to_feedback(reviewed, ())
    assert "## Discussion: 4 of 5, given by a reviewer" in to_feedback(reviewed, ())


def test_feedback_names_the_points_that_a_reviewer_still_gives(card: Scorecard, assignment: Assignment):
    """Feedback names the rubric's criteria for which a reviewer has not given points."""
    whole = [msgspec.structs.replace(result, outcome=Outcome.PASSED, findings=[]) for result in card.run.results]
    whole[0] = msgspec.structs.replace(whole[0], outcome=Outcome.FAILED)
    run = msgspec.structs.replace(card.run, results=whole)
    rubric = msgspec.structs.replace(assignment.rubric("mid"), passing=90)

    def feedback(**points: float) -> str:
        review = Review(reviewer="Rosa", points=points, comments={}, dimensions={})
        return to_feedback(score(run, rubric, assignment.mistake, review), ())

    assert "A reviewer adds the points for Code Quality and Discussion." in feedback()
    assert "A reviewer adds the points for Code Quality." in feedback(discussion=4)


def test_lines_left_out_of_the_comparison_are_marked(card: Scorecard, assignment: Assignment):
    """The comparison marks the place where equal lines between two changes are left out."""
    reference = solution(assignment, "mid")
    first, *_, last = reference.splitlines()
    source = reference.replace(first, "# mine", 1).replace(last, f"{last}  # mine", 1)
    submission = msgspec.structs.replace(card.run.submission, source=source)
    changed = msgspec.structs.replace(card, run=msgspec.structs.replace(card.run, submission=submission))

    assert html_page(changed, assignment).count("equal lines are omitted") == 1


def html_page(card: Scorecard, assignment: Assignment) -> str:
    """Return the reviewer's HTML page."""
    references = {assignment.manifest.source: solution(assignment, "mid")}
    return to_html(card, assignment.questions("mid"), references, None, sheet="review-ada.toml")


def filled_in(sheet: str, **points: float) -> str:
    """Fill in a sheet as a reviewer would."""
    lines = sheet.replace('reviewer = ""', 'reviewer = "Rosa"').splitlines()
    current = ""
    for number, line in enumerate(lines):
        if line.startswith("id = "):
            current = json.loads(line[5:]).replace("-", "_")
        if line.startswith("# points = 0") and current in points:
            lines[number] = f"points = {points[current]}"
    return "\n".join(lines)


@pytest.fixture
def sheet(card: Scorecard, assignment: Assignment) -> str:
    """Return a new sheet for a candidate with a hostile answer."""
    submission = msgspec.structs.replace(
        card.run.submission, name='a"b\\c\n', answers=[Answer(number=1, title="t", text=HOSTILE)]
    )
    return to_sheet(submission, assignment.rubric("mid"), assignment.questions("mid"))


def test_a_sheet_is_valid_toml_for_any_answer(sheet: str):
    """A sheet is valid TOML for any answer of the candidate, and shows the answers and the key."""
    assert tomllib.loads(sheet)["submission"] == 'a"b\\c\n'
    assert "good sign:" in sheet
    assert "alert(1)" in sheet


def test_a_review_is_read_back_as_it_was_written(tmp_path: Path, assignment: Assignment):
    """Points, dimensions and text with quotes, control characters and line breaks are read back unchanged."""
    review = Review(
        submission='a"b\\c\n',
        reviewer="Rosa 'R' \x7f",
        points={"code-quality": 7.5},
        comments={"code-quality": '""" and \x00\x1b', "discussion": ""},
        dimensions={"problem-solving": 35.0},
        hints=["minute 3: try\n5"],
        observed=["minute 4: \u2028"],
    )
    path = tmp_path / "review.toml"
    path.write_text(write_sheet(review, assignment.rubric("mid")), encoding="utf-8")

    assert read_review(path, assignment.rubric("mid")) == review


def test_a_filled_in_sheet_is_read_back(sheet: str, tmp_path: Path, assignment: Assignment):
    """Criteria without points in the sheet stay open in the review."""
    path = tmp_path / "review.toml"
    path.write_text(filled_in(sheet, code_quality=8.5), encoding="utf-8")

    review = read_review(path, assignment.rubric("mid"))

    assert (review.reviewer, review.points) == ("Rosa", {"code-quality": 8.5})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda sheet: sheet, "reviewer is empty"),
        (lambda sheet: filled_in(sheet, code_quality=11), "not from 0 to 10"),
        (lambda sheet: filled_in(sheet, discussion=-1), "not from 0 to 5"),
        (lambda sheet: filled_in(sheet, discussion=float("nan")), "not from 0 to 5"),
        (lambda sheet: filled_in(sheet).replace('"discussion"', '"weighted-loss"'), "not one of"),
        (lambda sheet: filled_in(sheet).replace('level = "mid"', 'level = "senior"'), "senior"),
        (lambda sheet: filled_in(sheet) + "\nproblem-solving = 101", "problem-solving = 101 is not from 0 to 100"),
        (lambda sheet: filled_in(sheet).replace('comment = ""', 'points = "8"'), "without quotes"),
        (lambda sheet: filled_in(sheet) + "\nfoo = 10", "foo"),
        (lambda sheet: filled_in(sheet) + "\n[", "TOML|Expected|Invalid|end of document"),
    ],
)
def test_an_invalid_sheet_is_refused(change, says: str, sheet: str, tmp_path: Path, assignment: Assignment):
    """An invalid sheet is refused with one line that contains the file and the reason."""
    path = tmp_path / "review.toml"
    path.write_text(change(sheet), encoding="utf-8")

    with pytest.raises(UsageError, match=says) as raised:
        read_review(path, assignment.rubric("mid"))

    assert str(path) in str(raised.value)
