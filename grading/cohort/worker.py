"""Grades one submission of a cohort, in a worker process on this or another machine.

Each process keeps one warm sandbox and returns the files' texts: only the main process writes files.
"""

import functools
import multiprocessing.util
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import grading
from grading.cohort.table import Row, graded_row
from grading.content.load import Assignment
from grading.content.records import Grader
from grading.content.version import this_grader
from grading.errors import GradingError
from grading.pipeline.pages import REPORT, pages
from grading.run.grading_run import GradingRun
from grading.run.hidden_tests import run_hidden_tests
from grading.sandbox.calls import Sandbox
from grading.sandbox.start import make_sandbox
from grading.scoring import score as scoring
from grading.scoring.report import read_report
from grading.submission.read import LoadedSubmission


@dataclass(frozen=True, kw_only=True)
class Job:
    """One submission to grade, with everything that a worker on another machine needs."""

    name: str
    key: str  # digest of everything that its pages depend on
    submission: LoadedSubmission
    level: str
    seed: int
    grader: Grader
    figures: bool


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A graded submission: the files' texts by name, and its row of the table."""

    row: Row
    files: Mapping[str, str]


def grade_job(job: Job) -> Graded:
    """Grade one submission in this process's warm sandbox."""
    root = Path(grading.__file__).resolve().parent.parent
    if this_grader(root) != job.grader:
        raise GradingError(
            f"{root}: contains another version of the grader than the main process; update it and restart this worker"
        )
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="grading-") as scratch:
        assignment = _assignment(root)
        sandbox = _sandbox(assignment, job.submission.preload)
        rubric = assignment.rubric(job.level)
        report = Path(scratch) / REPORT
        run = GradingRun(
            submission=job.submission, assignment=assignment, rubric=rubric, seed=job.seed, figures=job.figures
        )
        run_hidden_tests(run, sandbox=sandbox, report=report, progress=False)
        card = scoring.score(read_report(report), rubric, assignment.mistake)
        files = {path.name: text for path, text in pages(card, assignment, Path(scratch)).items()}
        files[REPORT] = report.read_text(encoding="utf-8")
    return Graded(row=graded_row(job.name, job.key, card), files=files)


# pytest and the sandbox's worker serve one submission at a time; Dask may give a process several threads.
_ONE_AT_A_TIME = threading.Lock()


_assignment = functools.cache(Assignment)
_WARM: dict[frozenset[str], Sandbox] = {}


def _sandbox(assignment: Assignment, preload: Iterable[str]) -> Sandbox:
    """Return this process's warm sandbox, or a new one if this submission needs modules that it has not imported."""
    for modules, sandbox in _WARM.items():
        if modules.issuperset(preload):
            return sandbox
    modules = frozenset().union(preload, *_WARM)
    while _WARM:
        _WARM.popitem()[1].close()
    sandbox = _WARM[modules] = make_sandbox(assignment, preload=tuple(sorted(modules)), protected=True, long_lived=True)
    # Executors end their processes without running `atexit` handlers.
    multiprocessing.util.Finalize(None, sandbox.close, exitpriority=1)
    return sandbox
