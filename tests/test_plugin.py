"""Tests of the hidden tests under pytest, as `nox -s hidden` runs them: the plugin's options and its report."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import grading
from tests.conftest import REFERENCE, ROOT
from tests.warm_python import python

EXAMPLE = ROOT / "tests" / "submissions" / "example"
USAGE_ERROR = int(pytest.ExitCode.USAGE_ERROR)


def hidden(report: Path, *options: object) -> subprocess.CompletedProcess[str]:
    """Run pytest on the hidden tests with the plugin."""
    command = ["-m", "pytest", "hidden_tests", "-p", "grading.run.plugin", "--tb=line", "-q"]
    return python(*command, "--json-report", f"--json-report-file={report}", *options)


def facts(report: Path) -> dict[str, Any]:
    """Return the grading section of a report."""
    return dict(json.loads(report.read_text(encoding="utf-8"))["grading"])


def test_the_options_reach_the_run(tmp_path: Path):
    """The report contains submission, level and seed, and the sandbox is used by default."""
    done = hidden(tmp_path / "report.json", "--submission", REFERENCE, "--level", "senior", "--seed", 7)

    assert done.returncode == 0, done.stdout
    run = facts(tmp_path / "report.json")
    assert (run["level"], run["seed"], run["sandbox"]) == ("senior", 7, "bubblewrap")
    assert run["submission"]["name"] == "reference", "the folder's: every candidate's file is called exercise.py"


def test_running_the_plugin_without_a_sandbox_is_reported(tmp_path: Path):
    """Running without a sandbox is reported on standard error and in the report, and `-k` selects tests as usual."""
    done = hidden(tmp_path / "report.json", "--submission", REFERENCE, "--no-sandbox", "-k", "test_weighted_loss")

    assert "NO SANDBOX: candidate code runs unprotected" in done.stderr
    assert facts(tmp_path / "report.json")["sandbox"] == "none"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "--submission is missing"),
        (("--submission", "nowhere"), "nowhere: cannot be read"),
        (("--submission", REFERENCE, "--seed", "-1"), "must be a whole number from 0 to 4294967295, got '-1'"),
        (("--submission", REFERENCE, "--level", "wizard"), "level 'wizard' has no rubric"),
        (("--submission", ROOT, "--level", "senior"), "has level mid"),
    ],
)
def test_invalid_options_are_a_usage_error(options: tuple[object, ...], says: str, tmp_path: Path):
    """Invalid options are a usage error before any test runs, and the message says what to change."""
    done = hidden(tmp_path / "report.json", *options)

    assert done.returncode == USAGE_ERROR, done.stdout
    assert says in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / "report.json").exists()


def test_a_report_of_nox_can_be_scored(tmp_path: Path):
    """`nox -s hidden` succeeds even if hidden tests fail, and `score` computes the usual points from its report."""
    report = tmp_path / "report.json"
    environment = {"TAKE_HOME_ENVIRONMENTS": str(Path(sys.prefix).parent), **os.environ}

    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "nox",
            "-s",
            "hidden",
            "--",
            str(EXAMPLE),
            f"--json-report-file={report}",
            "--seed",
            "1",
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 failed" in done.stdout
    scored = grading("score", report, "--out", tmp_path / "out")
    assert "69 of 85 automatic points: needs-review" in scored.stdout
