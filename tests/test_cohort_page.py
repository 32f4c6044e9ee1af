"""Tests of the page of a cohort: item analysis, similar submissions, and warnings about parts that fail."""

import copy
import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

import grading.cohort.page
from grading.cohort.item_analysis import items, most_frequent
from grading.cohort.page import cohort_page
from grading.cohort.similarity import SimilarPair, groups, similar_pairs
from grading.content.load import Assignment
from grading.handout.templates import starters_of_module
from grading.render import to_json
from grading.scoring.grade import Grade
from grading.scoring.records import Scorecard
from tests import tiny_cohort
from tests.conftest import REFERENCE, ROOT
from tests.conftest import Grade as GradeSource

STYLES = ROOT / "tests" / "submissions" / "styles"


@pytest.fixture(scope="module")
def card(grade: GradeSource) -> Scorecard:
    """Return a scorecard from which the tests derive others."""
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
    """Difficulty and discrimination of items equal numbers that were computed by hand."""
    easy, hard, against = "mean_over_the_batch", "parameters_after_one_epoch", "leaves_no_trace"
    others = ("weight_follows_the_labels", "metrics_of_the_positive_class", "threshold_is_honoured")
    strong, weak = graded(card, against), graded(card, hard, *others)
    cohort = [strong, strong, strong, weak]

    found = {item.test: item for item in items(cohort) if item.test is not None}

    assert found[easy].difficulty == 1.0
    assert found[easy].discrimination is None  # every submission passes it, so it does not discriminate
    assert found[hard].difficulty == 0.75
    assert found[hard].discrimination == pytest.approx(1.0)
    assert found[against].discrimination == pytest.approx(-1.0)
    whole = [item for item in items(cohort) if item.test is None]
    assert [item.criterion for item in whole] == ["weighted-loss", "training-loop", "evaluation"]


def test_a_mistake_counts_once_for_each_submission(card: Scorecard):
    """A mistake is counted once per submission, however many tests find it."""
    twice = graded(card, "metrics_of_the_positive_class", "threshold_is_honoured")

    assert most_frequent([twice, twice, graded(card)]) == {("evaluation", "made-up", "Made up"): 2}


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """Return correct solutions that were written independently."""
    return {path.stem: path.read_text(encoding="utf-8", errors="replace") for path in sorted(STYLES.glob("*.py"))}


@pytest.fixture(scope="module")
def starters(assignment: Assignment) -> frozenset[str]:
    """Return the starters of the module."""
    return starters_of_module(assignment)


def test_independent_solutions_are_not_similar(sources: dict[str, str], starters: frozenset[str]):
    """Correct solutions that were written independently are not reported as similar."""
    assert similar_pairs(sources, starters) == []


def test_a_renamed_copy_is_found(sources: dict[str, str], starters: frozenset[str]):
    """A copy with other names, comments, blank lines and annotations is found."""
    original = sources["kaggle_sklearn"]
    copied = "# mine\n" + original.replace("model", "net").replace("loader", "batches").replace("\n    ", "\n\n    ")
    cohort = {**sources, "copy": copied}

    pairs = similar_pairs(cohort, starters)

    assert groups(pairs) == [["copy", "kaggle_sklearn"]]
    assert pairs[0].share > 0.6


def test_starters_are_not_similar(starters: frozenset[str]):
    """Two unchanged starters are not reported as similar."""
    assert similar_pairs({str(n): text for n, text in enumerate([*starters, *starters])}, starters) == []


def test_three_copies_form_one_group(sources: dict[str, str], starters: frozenset[str]):
    """Three copies form one group."""
    original = sources["java_person"]
    cohort = {**sources, "b": original + "\n# b", "c": original + "\n# c"}

    assert groups(similar_pairs(cohort, starters)) == [["b", "c", "java_person"]]


def test_invalid_python_is_not_similar(starters: frozenset[str]):
    """A source that is not Python is similar to no other and raises no error."""
    assert similar_pairs({"a": "def", "b": "def", "c": "\0"}, starters) == []


@pytest.fixture
def out(card: Scorecard, tmp_path: Path) -> Path:
    """Write the results of a cohort of three identical submissions and return their folder."""
    facts = {name: getattr(card.run, name) for name in ("level", "seed", "sandbox", "seconds", "submission", "notes")}
    report = {"tests": [], "summary": {}, "exitcode": 0, "grading": facts}
    for name in ("ada", "bob", "carol"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "grade.json").write_text(to_json(card, []), encoding="utf-8")
        (tmp_path / name / "report.json").write_bytes(msgspec.json.encode(report))
    return tmp_path


def page_of(out: Path, assignment: Assignment, *names: str) -> str:
    """Return the page of submissions with a score."""
    graded = [(name, "") for name in names or ("ada", "bob", "carol")]
    return cohort_page(graded, assignment, assignment.rubric("mid"), out)


def left_out(page: str) -> list[tuple[str, str]]:
    """Return each section that has a warning about missing parts, with its warning."""
    return re.findall(r'<h2 id="(\w+)">[^<]*</h2>\s*<p class="warning">([^<]*)</p>', page)


def rows(page: str) -> list[str]:
    """Return the names that have a score on the page."""
    return re.findall(r'scope="row"><a href="[^"]*">([^<]*)<', page)


def test_a_complete_page_has_no_warnings(out: Path, assignment: Assignment):
    """A complete page has no warnings, and three copies form a group."""
    page = page_of(out, assignment)

    assert rows(page) == ["ada", "bob", "carol"]
    assert left_out(page) == []
    assert page.split('id="similar"')[-1].count("summary.html") == 3


def refuse(text: str) -> Any:
    """Return a comparison that fails for every source that contains this text."""

    def failing(sources: Mapping[str, str], starters: Collection[str]) -> list[SimilarPair]:
        if any(text in source for source in sources.values()):
            raise RecursionError("too deep")
        return similar_pairs(sources, starters)

    return failing


def test_a_submission_that_breaks_a_part_is_left_out_of_it(
    out: Path, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
):
    """A submission for which a part fails is left out of that part only, and the page names it with the reason."""
    report = json.loads((out / "bob" / "report.json").read_text(encoding="utf-8"))
    report["grading"]["submission"]["source"] += "# too deep"
    (out / "bob" / "report.json").write_text(json.dumps(report), encoding="utf-8")
    monkeypatch.setattr(grading.cohort.page, "similar_pairs", refuse("# too deep"))

    page = page_of(out, assignment)

    assert rows(page) == ["ada", "bob", "carol"]
    assert left_out(page) == [("similar", "Left out here: bob (RecursionError).")]
    assert page.split('id="similar"')[-1].count("summary.html") == 2


@pytest.mark.parametrize(
    ("function", "part"),
    [("distribution", "distribution"), ("items", "items"), ("most_frequent", "mistakes"), ("groups", "similar")],
)
def test_a_part_that_cannot_be_made_is_left_out(
    function: str, part: str, out: Path, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
):
    """If a part of the page fails, the other parts are shown, and a sentence says that it is missing."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(grading.cohort.page, function, fail)

    page = page_of(out, assignment)

    assert rows(page) == ["ada", "bob", "carol"]
    assert left_out(page) == [(part, "This part is left out: it could not be computed (ZeroDivisionError).")]
    assert "None." not in page.split(f'id="{part}"')[1].split("<h2")[0]


def test_a_part_that_fails_for_all_together_is_left_out(
    out: Path, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
):
    """If a part fails only for all submissions together, the page names no submission."""

    def fail_for_several(sources: Mapping[str, str], _: object) -> list[SimilarPair]:
        if len(sources) > 1:
            raise MemoryError
        return []

    monkeypatch.setattr(grading.cohort.page, "similar_pairs", fail_for_several)

    assert left_out(page_of(out, assignment)) == [
        ("similar", "This part is left out: it could not be computed (MemoryError).")
    ]


def test_a_report_that_cannot_be_read_costs_no_score(out: Path, assignment: Assignment):
    """A submission whose report.json cannot be read keeps its score and is left out of the comparison."""
    (out / "bob" / "report.json").write_text("{", encoding="utf-8")

    page = page_of(out, assignment)

    assert rows(page) == ["ada", "bob", "carol"]
    assert left_out(page) == [("similar", "Left out here: bob (its report.json cannot be read).")]


def test_a_grade_that_cannot_be_read_costs_one_score(out: Path, assignment: Assignment):
    """A submission whose grade.json cannot be read has a row with the problem; the others are unchanged."""
    (out / "bob" / "grade.json").write_text("{", encoding="utf-8")

    page = page_of(out, assignment)

    assert rows(page) == ["ada", "carol"]
    assert "is not a complete grade.json" in page
    assert "1 without a score" in page


def test_another_levels_grade_is_shown_and_not_counted(out: Path, assignment: Assignment):
    """A grade of another level, which `score --level` can write, is shown but left out of the statistics."""
    path = out / "bob" / "grade.json"
    grade = json.loads(path.read_text(encoding="utf-8"))
    grade["level"] = "senior"
    grade["criteria"][0]["id"] = "sampler"
    path.write_text(json.dumps(grade), encoding="utf-8")

    page = page_of(out, assignment)

    assert rows(page) == ["ada", "bob", "carol"]
    sentence = "Left out here: bob (scored as senior)."
    assert left_out(page) == [("distribution", sentence), ("items", sentence)]


def test_sources_that_python_cannot_parse_do_not_prevent_the_page(tmp_path: Path):
    """Sources that Python cannot parse, such as a literal of 5,000 digits, do not prevent the page."""
    root = tiny_cohort.make_checkout(tmp_path / "checkout")
    hostile = ("0x" + "f" * 5000, "+".join(["1"] * 1200), "(" * 190 + ")" * 190, "-" * 5000 + "1")
    sources = [tiny_cohort.SOLUTION, *(f"{tiny_cohort.SOLUTION}\nX = {text}\n" for text in hostile)]
    paths = tiny_cohort.write_files(tmp_path / "handed-in", sources)

    done = tiny_cohort.cohort(root, *paths, "--out", tmp_path / "out", "--jobs", 2)

    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out" / "cohort.html").read_text(encoding="utf-8")
    assert rows(page) == [path.stem for path in paths]
