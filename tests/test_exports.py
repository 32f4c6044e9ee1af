"""Tests of exported grades, which must have the fields that the other tools document."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grading.cli import main
from grading.content.load import Assignment
from grading.render import to_json
from grading.scoring.grade import grade_schema, read_grade
from grading.scoring.records import Scorecard
from tests.compose import compose
from tests.conftest import REFERENCE, ROOT, Grade

# https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
TOP = {
    "score": (int, float),
    "execution_time": int,
    "output": str,
    "output_format": FORMATS,
    "test_output_format": FORMATS,
    "test_name_format": FORMATS,
    "visibility": VISIBILITY,
    "stdout_visibility": VISIBILITY,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
TEST = {
    "score": (int, float),
    "max_score": (int, float),
    "status": {"passed", "failed"},
    "name": str,
    "name_format": FORMATS,
    "number": str,
    "output": str,
    "output_format": FORMATS,
    "tags": list,
    "visibility": VISIBILITY,
    "extra_data": dict,
}


def check_fields(record: dict[str, object], fields: dict[str, object]) -> None:
    """Check that a record has only documented fields, with their types or values."""
    for name, value in record.items():
        allowed = fields[name]
        if isinstance(allowed, set):
            assert value in allowed, name
        else:
            assert isinstance(value, allowed), name  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def mistaken(grade: Grade) -> Scorecard:
    """Return a scorecard with two mistakes and a correct follow-up."""
    path = ROOT / "hidden_tests" / "mistakes"
    source = "\n\n".join(
        (path / name).read_text(encoding="utf-8")
        for name in ("weighted-loss/inverted-pos-weight.py", "evaluation/missing-eval-mode.py")
    )
    threshold = ROOT / "tests" / "submissions" / "threshold_tuning" / "correct"
    optional_files = {"assignment/followups.py": next(iter(sorted(threshold.glob("*.py")))).read_text(encoding="utf-8")}
    return grade(compose(source), optional_files=optional_files)


@pytest.fixture
def file(mistaken: Scorecard, tmp_path: Path) -> Path:
    """Write the scorecard's grade.json and return its path."""
    path = tmp_path / "grade.json"
    path.write_text(to_json(mistaken, []), encoding="utf-8")
    return path


SCHEMA = ROOT / "docs" / "grade.schema.json"


def check(grade: Path) -> subprocess.CompletedProcess[str]:
    """Validate a grade.json against the published schema."""
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(SCHEMA), str(grade)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_published_schema_is_up_to_date():
    """docs/grade.schema.json is the schema of the records that grades are read with."""
    assert SCHEMA.read_text(encoding="utf-8") == grade_schema(), "`nox -s docs` writes it"


def test_a_grade_is_valid_by_the_published_schema(file: Path):
    """A grade with every kind of entry is valid; one without a key or with an unknown outcome is not."""
    grade = json.loads(file.read_text())
    assert grade["mistakes"] and any(bonus["points"] for bonus in grade["bonus"])
    assert check(file).returncode == 0, check(file).stdout

    file.write_text(json.dumps({key: value for key, value in grade.items() if key != "verdict"}))
    assert "'verdict' is a required property" in check(file).stdout
    grade["criteria"][0]["tests"][0]["outcome"] = "skipped"
    file.write_text(json.dumps(grade))
    assert "'skipped' is not one of" in check(file).stdout


def test_a_grade_is_read_as_it_was_written(file: Path, mistaken: Scorecard):
    """A grade that is read has the verdict and the mistakes of the scorecard that was written."""
    grade = read_grade(file)

    assert grade.verdict is mistaken.verdict
    assert [(m.id, m.severity) for m in grade.mistakes] == [
        (found.mistake.id, found.mistake.severity) for found in mistaken.mistakes
    ]


def export(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run `export` and return its output."""
    assert main(["export", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_the_gradescope_export_has_the_documented_fields(
    file: Path, mistaken: Scorecard, assignment: Assignment, capsys: pytest.CaptureFixture[str]
):
    """The export for Gradescope has the documented fields, consistent points and hints, and names no hidden test."""
    text = export(capsys, file, "--format", "gradescope")

    results = json.loads(text)
    check_fields(results, TOP)
    for test in results["tests"]:
        check_fields(test, TEST)
        assert test["max_score"] >= test["score"] or test["name"].startswith("Bonus")
    assert results["score"] == sum(t["score"] for t in results["tests"] if not t["name"].startswith("Bonus"))
    assert results["score"] == json.loads(file.read_text())["score"]["automatic"]
    assert "Code Quality" in results["output"]
    assert [t["name"] for t in results["tests"] if t["name"].startswith("Bonus")] == ["Bonus: F1: Threshold Tuning"]
    hints = {assignment.mistake(found.criterion, found.mistake.id).hint for found in mistaken.mistakes}
    assert all(any(hint in test["output"] for test in results["tests"]) for hint in hints)
    for criterion in mistaken.rubric.criterion:
        assert not [test for test in criterion.tests if test in text]


def test_junit_names_every_test(file: Path, mistaken: Scorecard, capsys: pytest.CaptureFixture[str]):
    """JUnit has a suite for each criterion and a case for each test, and its counts are correct."""
    root = ElementTree.fromstring(export(capsys, file, "--format", "junit"))  # noqa: S314 - our own output

    cases = {(case.get("classname"), case.get("name")): case for case in root.iter("testcase")}
    expected = {(c.id, test.id): test.outcome.value for c in mistaken.criteria for test in c.tests}
    assert {key: "passed" if not len(case) else "failed" for key, case in cases.items()} == expected
    for suite in [root, *root.iter("testsuite")]:
        assert int(suite.get("tests", "")) == len(list(suite.iter("testcase")))
        assert int(suite.get("failures", "")) == len(list(suite.iter("failure")))
    assert any("inverted-pos-weight" in failure.get("message", "") for failure in root.iter("failure"))


def test_csv_has_a_row_for_each_submission(
    file: Path, grade: Grade, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """A CSV has a row for each submission of any level; a missing criterion is empty, and names are not formulas."""
    senior = json.loads(to_json(grade(REFERENCE.read_bytes(), level="senior"), []))
    senior["submission"]["name"] = '=HYPERLINK("http://192.0.2.1")'
    other = tmp_path / "senior.json"
    other.write_text(json.dumps(senior))

    rows = list(csv.DictReader(io.StringIO(export(capsys, file, other, "--format", "csv"))))

    assert [row["level"] for row in rows] == ["mid", "senior"]
    assert rows[0]["sampler"] == ""
    assert float(rows[1]["sampler"]) > 0
    assert rows[1]["name"].startswith("'=")
    assert "weighted-loss:inverted-pos-weight" in rows[0]["mistakes"]


def test_a_written_file_equals_the_printed_text(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """`--out` writes the same text that would be printed."""
    printed = export(capsys, file, "--format", "junit")

    assert export(capsys, file, "--format", "junit", "--out", tmp_path / "x.xml") == ""
    assert (tmp_path / "x.xml").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "not a complete grade.json"),
        ('{"schema": 1', "not a complete grade.json"),
        ('{"schema": 2}', "not a complete grade.json"),
        ("[]", "not a complete grade.json"),
        (None, "cannot be read"),
    ],
)
def test_an_invalid_grade_is_refused(
    content: str | None, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """A file that is not a grade is refused with status 2 and one line that names it, and nothing is written."""
    path, out = tmp_path / "grade.json", tmp_path / "out"
    if content is not None:
        path.write_text(content)

    assert main(["export", str(path), "--format", "csv", "--out", str(out)]) == 2

    told = capsys.readouterr()
    assert told.out == ""
    assert "grade.json" in told.err and says in told.err
    assert told.err.count("\n") == 1
    assert not out.exists()


def test_formats_for_one_submission_refuse_several(file: Path, capsys: pytest.CaptureFixture[str]):
    """The formats of Gradescope and JUnit accept one submission at a time."""
    assert main(["export", str(file), str(file), "--format", "gradescope"]) == 2
    assert "accepts exactly one grade.json" in capsys.readouterr().err
