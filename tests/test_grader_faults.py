"""Tests of faults in the hidden tests: grading ends with status 3 and a message with test and line, without a score."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tiny_cohort import SOLUTION as RIGHT
from tests.tiny_cohort import environment, make_checkout
from tests.warm_python import python

TESTS = "hidden_tests/test_trimmed_mean.py"
WRONG = "def trimmed_mean(values, share):\n    return 666.0\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Write a checkout of this engine with the tiny take-home."""
    return make_checkout(tmp_path / "checkout")


def grade(checkout: Path, source: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Grade a source, after running some Python code in the same process."""
    (checkout / "exercise.py").write_text(source, encoding="utf-8")
    command = f"import sys\n{before}\nfrom grading.cli import main\nsys.exit(main(['grade', 'exercise.py']))\n"
    return python("-c", command, cwd=checkout)


def replace(checkout: Path, old: str, new: str) -> int:
    """Change the hidden tests and return the number of the first changed line."""
    path = checkout / TESTS
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


# Faults in the hidden tests: text, replacement, submission, and part of the expected message.
FAULTS = {
    "a typo in a fixture": ("random.Random(seed)", "random.Randon(seed)", RIGHT, "AttributeError"),
    "a typo in a test": ("statistics.fmean(values[:8])", "statistics.fmeen(values[:8])", RIGHT, "AttributeError"),
    "a module that is not there": ("import statistics", "import statistiks", RIGHT, "No module named 'statistiks'"),
    "a failed assertion in a fixture": (
        "    chance =",
        "    assert seed is None\n    chance =",
        RIGHT,
        "AssertionError",
    ),
    "an exception in a diagnosis": ('lambda: ["cuts-one-end"] if', "lambda: [means[99]] if", WRONG, "IndexError"),
    "inputs that are no data": ('{"cases": [[values, 0.1]', '{"cases": [[object(), 0.1]', RIGHT, "WireError"),
    "a comparison that raises": ("    assert means ==", "    assert means + 1 ==", RIGHT, "TypeError"),
    "a record without a bound": ("Annotated[list[float], Sized()]", "list[float]", RIGHT, "add a bound"),
    "a size that is not given": ('{"means": len(cases)}', "{}", RIGHT, "does not define this size"),
    "a mistake that the catalogue lacks": ('["cuts-one-end"]', '["no-such-id"]', WRONG, "no mistake 'no-such-id'"),
    "a variant that the catalogue lacks": (
        'lambda: ["cuts-one-end"]',
        'lambda: [__import__("grading.run.explain").run.explain.Cause("cuts-one-end", "no-such-variant")]',
        WRONG,
        "no variant 'no-such-variant'",
    ),
    "a test that never says how to explain itself": ("    on_failure(lambda", "    (lambda", WRONG, "before it called"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_grader_ends_without_a_score(fault: str, checkout: Path) -> None:
    """A fault on the trusted side ends grading with status 3 and a message, and no score is written."""
    old, new, source, words = FAULTS[fault]
    replace(checkout, old, new)

    done = grade(checkout, source)

    assert done.returncode == 3, done.stdout + done.stderr
    assert words in done.stderr
    assert not (checkout / "build" / "grade" / "grade.json").exists()


def test_the_message_names_the_test_and_the_line(checkout: Path) -> None:
    """The message for a fault names the hidden test and the line that failed."""
    line = replace(checkout, "statistics.fmean(values[:8])", "statistics.fmeen(values[:8])")

    done = grade(checkout, RIGHT)

    assert f"{TESTS}::test_outliers_are_left_out: AttributeError" in done.stderr
    assert f"(test_trimmed_mean.py:{line})" in done.stderr


def test_a_hidden_test_without_an_explanation_is_refused_at_collection(checkout: Path) -> None:
    """A hidden test that does not use `on_failure` could take points without a reason, so it is refused."""
    replace(checkout, "(candidate, cases, on_failure)", "(candidate, cases, on_failure=lambda *_: None)")

    done = grade(checkout, RIGHT)

    assert done.returncode == 3
    assert "test_outliers_are_left_out does not explain its failure" in done.stderr


def test_a_hidden_test_that_hangs_fails_alone(checkout: Path) -> None:
    """A hidden test that runs forever on a reply ends by its CPU time, and the other tests are graded."""
    replace(checkout, "    assert means ==", "    while means[0] == 666.0:\n        pass\n    assert means ==")

    done = grade(checkout, WRONG, before="import grading.run.judging\ngrading.run.judging.JUDGING_CPU_SECONDS = 0.5")

    assert done.returncode == 0, done.stderr
    graded = json.loads((checkout / "build" / "grade" / "grade.json").read_text(encoding="utf-8"))
    outcomes = {test["id"]: test["outcome"] for test in graded["criteria"][0]["tests"]}
    assert outcomes == {"outliers_are_left_out": "timeout", "without_trimming_it_is_the_mean": "failed"}


def test_a_diagnosis_that_hangs_fails_its_test_alone(checkout: Path) -> None:
    """A diagnosis that takes too long counts as a timeout of its test, and the submission gets a score."""
    replace(checkout, 'lambda: ["cuts-one-end"] if', 'lambda: max(0 for _ in iter(int, 1)) or ["cuts-one-end"] if')

    done = grade(checkout, WRONG, before="import grading.run.judging\ngrading.run.judging.JUDGING_CPU_SECONDS = 0.5")

    assert done.returncode == 0, done.stderr
    graded = json.loads((checkout / "build" / "grade" / "grade.json").read_text(encoding="utf-8"))
    assert "timeout" in {test["outcome"] for test in graded["criteria"][0]["tests"]}


def test_a_report_of_a_run_that_stopped_early_is_not_scored(checkout: Path) -> None:
    """`score` refuses the report that pytest writes for a run that stopped early, and says what to do."""
    replace(checkout, "statistics.fmean(values[:8])", "statistics.fmeen(values[:8])")
    (checkout / "exercise.py").write_text(RIGHT, encoding="utf-8")
    options = ["--rootdir=.", "--import-mode=importlib", "--submission=exercise.py", "--json-report"]
    hidden = [sys.executable, "-m", "pytest", "hidden_tests", "-p", "grading.run.plugin", *options]
    score = [sys.executable, "-m", "grading", "score", ".report.json"]

    ran, scored = (
        subprocess.run(
            command, cwd=checkout, env=environment(), capture_output=True, text=True, check=False, timeout=300
        )
        for command in (hidden, score)
    )

    assert ran.returncode == pytest.ExitCode.INTERRUPTED, ran.stdout
    assert (scored.returncode, scored.stdout) == (2, "")
    assert "its run stopped early" in scored.stderr
