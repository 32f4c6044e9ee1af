"""Tests that one process can grade many submissions: reports are the same as alone, and memory is released."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.tiny_cohort import SOLUTION, environment, make_checkout

WRONG = "def trimmed_mean(values, share):\n    return 666.0\n"
# The error message contains the inputs, which shows whether they depend on the seed.
RAISES = "def trimmed_mean(values, share):\n    raise ValueError(values)\n"
# Grades sources, each with its seed, in one process; prints the reports without times, and the objects still in memory.
RUN = """
import gc, json, sys, tempfile, weakref
from pathlib import Path

from grading.content.load import Assignment
from grading.run.grading_run import GradingRun
from grading.run.hidden_tests import run_hidden_tests
from grading.sandbox.start import make_sandbox
from grading.submission.read import read_submission

folder, assignment = Path(tempfile.mkdtemp(), "candidate"), Assignment(Path.cwd())
folder.mkdir()
sandbox = make_sandbox(assignment, preload=(), protected=True, long_lived=True)
reports, runs, kept = [], [], []
level = assignment.levels[0]
for source, seed in json.loads(sys.argv[1]):
    (folder / "exercise.py").write_text(source)
    submission = read_submission(folder / "exercise.py", assignment)
    run = GradingRun(submission=submission, assignment=assignment, rubric=assignment.rubric(level), seed=seed)
    run_hidden_tests(run, sandbox=sandbox, report=folder / "report.json", progress=False)
    runs.append(weakref.ref(run))
    report = json.loads((folder / "report.json").read_text())
    for test in report["tests"]:
        for stage in ("setup", "call", "teardown"):
            test.get(stage, {}).pop("duration", None)
    del report["created"], report["duration"], report["grading"]["seconds"]
    reports.append(report)
    del run, submission
    gc.collect()
    kept.append(sum(type(thing).__name__ == "Means" for thing in gc.get_objects()))
sandbox.close()
print(json.dumps({"reports": reports, "runs": sum(run() is not None for run in runs), "kept": kept}))
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a checkout of this engine with the tiny take-home."""
    return make_checkout(tmp_path_factory.mktemp("batch") / "checkout")


def grade(checkout: Path, *jobs: Sequence[object]) -> Any:
    """Grade sources, each with its seed, in one new process, and return its results."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(jobs)],
        cwd=checkout,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_report_is_the_same_in_a_batch_and_alone(checkout: Path) -> None:
    """A submission in a batch gets the report of a fresh process, whatever was graded before it."""
    jobs = [(RAISES, 1), (SOLUTION, 1), (RAISES, 2), (WRONG, 1), (RAISES, 1), (SOLUTION, 1)]
    alone = {job: grade(checkout, job)["reports"][0] for job in dict.fromkeys(jobs)}
    assert len({json.dumps(report["tests"]) for report in alone.values()}) == 4

    batch = grade(checkout, *jobs)["reports"]

    for job, report in zip(jobs, batch, strict=True):
        assert report == alone[job]
    assert not list(checkout.glob("*.json"))


def test_memory_of_a_submission_is_released(checkout: Path) -> None:
    """Neither the submission nor the values that its code returned stay in memory after grading."""
    batch = grade(checkout, (SOLUTION, 1), (WRONG, 1), (RAISES, 1))

    assert batch["runs"] == 0
    assert batch["kept"] == [0, 0, 0]
