"""Fixtures for all tests: one warm sandbox, and a function that grades a source in it."""

import fnmatch
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.run.grading_run import GradingRun
from grading.run.hidden_tests import run_hidden_tests
from grading.sandbox.bubblewrap import Content
from grading.sandbox.calls import Call, Reply, Sandbox
from grading.sandbox.inside.budget import Budget
from grading.sandbox.start import make_sandbox
from grading.scoring import score as scoring
from grading.scoring.records import Scorecard
from grading.scoring.report import read_report
from grading.submission.read import read_submission
from tests.cases import EXERCISE, Case

# The folder is another take-home, with hidden tests of its own.
collect_ignore = ["tiny"]
ROOT = Path(__file__).resolve().parent.parent
# Each process uses one thread, as in the sandbox, since the tests run in as many processes as there are CPUs.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# `-m "not slow"` leaves out these files, whose tests start browsers, workflows, cohorts or many programs.
_SLOW = (
    *("browser/*", "rooms/test_sealed_flow.py", "rooms/test_shown.py"),
    *("test_cohort.py", "test_cohort_interrupt.py", "test_made_up_replies.py", "test_no_sandbox.py"),
)
# In these files it leaves out all but the first case of each test: each case is a whole grading or starts a program.
_SAMPLED = (
    *("attacks/*", "test_catalogue.py", "test_followups.py", "test_mistaken.py", "test_missing_packages.py"),
    *("test_nothing.py", "test_styles.py", "test_cohort_resume.py", "test_cohort_retry.py", "test_costs.py"),
    *("test_grader_faults.py", "test_publish.py", "test_sandbox.py", "test_system_calls.py", "test_time_limits.py"),
)
REFERENCE = ROOT / "hidden_tests" / "reference" / "exercise.py"
Grade = Callable[..., Scorecard]
# A budget for calls that must not time out.
BUDGET = Budget(cpu_seconds=60, idle_seconds=20.0)


def pytest_configure(config: pytest.Config) -> None:
    """Turn warnings into errors, here and not in pyproject.toml, because candidates run their tests with that file."""
    config.addinivalue_line("filterwarnings", "error")
    # These warnings occur at garbage collection, in whichever test happens to run.
    config.addinivalue_line("filterwarnings", "default::ResourceWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that `-m "not slow"` leaves out."""
    met = set()
    for item in items:
        name = item.path.relative_to(ROOT).as_posix().removeprefix("tests/")
        test = (name, getattr(item, "originalname", item.name))
        is_sampled = any(fnmatch.fnmatch(name, pattern) for pattern in _SAMPLED)
        if any(fnmatch.fnmatch(name, pattern) for pattern in _SLOW) or (is_sampled and test in met):
            item.add_marker("slow")
            # Coverage slows a grading in this process down by a third; the other tests show which code never runs.
            item.add_marker("no_cover")
        met.add(test)


@pytest.fixture(scope="session")
def assignment() -> Assignment:
    """Return the assignment with shorter time limits, since some submissions loop forever.

    A call of a correct solution was measured to use at most 0.2 s of CPU time, on a machine with six times too much
    load.
    """
    assignment = Assignment(ROOT)
    manifest = assignment.manifest
    assignment.manifest = msgspec.structs.replace(manifest, call_cpu_seconds=2, call_idle_seconds=1.0)
    return assignment


@pytest.fixture(scope="session")
def sandbox(assignment: Assignment) -> Iterator[Sandbox]:
    """Start a warm sandbox, shared by all tests of the session."""
    # torch's own optimizers import torch._dynamo, which would take more than the limit of two seconds in each fork.
    preload = (*assignment.manifest.preload.values(), "torch._dynamo")
    sandbox = make_sandbox(assignment, preload=preload, protected=True, long_lived=True)
    yield sandbox
    sandbox.close()


class _Shared:
    """Wraps the session's sandbox so that it stays open when a command closes its sandbox."""

    name = "bubblewrap"

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def call(self, call: Call) -> Reply:
        """Forward a call to the session's sandbox."""
        return self._sandbox.call(call)

    def close(self) -> None:
        """Do nothing, since later tests use the sandbox."""


@pytest.fixture
def shared_sandbox(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make commands that run in this process use the session's sandbox, because starting one takes seconds."""
    monkeypatch.setattr("grading.sandbox.start.Bubblewrap", lambda *_, **__: _Shared(sandbox))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """Write a checkout with the tiny take-home, whose sandbox starts quickly because it needs no torch."""
    root = tmp_path_factory.mktemp("tiny")
    shutil.copytree(ROOT / "tests" / "tiny", root, dirs_exist_ok=True)
    shutil.copytree(ROOT / "grading", root / "grading", ignore=shutil.ignore_patterns("__pycache__"))
    paths = ("hidden_tests/__init__.py", "hidden_tests/probes")
    return Content(root=root, probes="hidden_tests.probes", paths=paths, preload=())


@pytest.fixture(scope="session")
def grade(assignment: Assignment, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Grade:
    """Return a function that grades an exercise.py, with optional files by name, and returns its scorecard.

    With `beside`, only that criterion and those of the level mid are graded, to save time. With `only`, no other
    criterion with tests is graded. `cpu_seconds` replaces the budget of a call.
    """
    # Optional files may train a network: a correct one used 4.6 s of CPU time here, and others may be slower.
    patient = Assignment(ROOT)

    def grade(
        source: bytes | str,
        *,
        seed: int = 0,
        level: str = "mid",
        optional_files: Mapping[str, str] | None = None,
        beside: str | None = None,
        only: str | None = None,
        cpu_seconds: int | None = None,
    ) -> Scorecard:
        folder = tmp_path_factory.mktemp("submission")
        path = folder / "assignment" / "exercise.py" if optional_files else folder / "candidate.py"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(source.encode() if isinstance(source, str) else source)
        for name, text in (optional_files or {}).items():
            (folder / name).write_text(text, encoding="utf-8")
        rubric = assignment.rubric(level)
        if beside is not None:
            kept = {criterion.id for criterion in assignment.rubric("mid").criterion} | {beside}
            rubric = msgspec.structs.replace(rubric, criterion=[c for c in rubric.criterion if c.id in kept], bonus=[])
        if only is not None:
            rubric = msgspec.structs.replace(
                rubric,
                criterion=[c for c in rubric.criterion if c.id == only or c.scored_by is ScoredBy.REVIEWER],
                bonus=[c for c in rubric.bonus if c.id == only],
            )
        report = folder / "report.json"
        graded_by = patient if optional_files else assignment
        if cpu_seconds is not None:
            graded_by = Assignment(ROOT)
            graded_by.manifest = msgspec.structs.replace(patient.manifest, call_cpu_seconds=cpu_seconds)
        submission = read_submission(folder if optional_files else path, graded_by)
        run = GradingRun(submission=submission, assignment=graded_by, rubric=rubric, seed=seed)
        run_hidden_tests(run, sandbox=sandbox, report=report)
        return scoring.score(read_report(report), rubric, assignment.mistake)

    return grade


@pytest.fixture(scope="session")
def grade_case(grade: Grade) -> Grade:
    """Return a function that grades a submission of the collections and returns its scorecard.

    No other criterion is graded if this criterion has a file of its own, or with `alone`.
    """

    def grade_case(case: Case, criterion: str, *, alone: bool = False, seed: int = 0) -> Scorecard:
        optional_files = {name: content.decode() for name, content in case.files.items() if name != EXERCISE}
        scope = {"only" if optional_files or alone else "beside": criterion}
        source = case.files[EXERCISE]
        return grade(source, seed=seed, level=case.level, optional_files=optional_files, **scope)

    return grade_case
