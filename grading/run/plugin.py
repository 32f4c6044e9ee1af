"""The pytest plugin's fixtures and options: `pytest -p grading.run.plugin hidden_tests --submission PATH`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grading.content.load import Assignment
from grading.errors import GradingError
from grading.run.candidate import CandidateProxy
from grading.run.explain import Diagnosis, OnFailure
from grading.run.grading_run import GradingRun
from grading.run.harness import HARNESS, Harness
from grading.run.seed import new_seed, read_seed
from grading.sandbox.start import make_sandbox
from grading.submission.level import level_to_grade
from grading.submission.read import read_submission


@pytest.fixture(scope="session")
def candidate(pytestconfig: pytest.Config) -> CandidateProxy:
    """The candidate's code."""
    return pytestconfig.stash[HARNESS].candidate


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """The seed of all random inputs of this run."""
    return pytestconfig.stash[HARNESS].seed


@pytest.fixture
def on_failure(request: pytest.FixtureRequest) -> OnFailure:
    """Register how to explain a failure of this test: `on_failure(diagnose, *observed)`; diagnose returns causes."""

    def explain(diagnose: Callable[..., Diagnosis], *observed: Any) -> None:
        request.config.stash[HARNESS].explain_with(request.node.nodeid, lambda: diagnose(*observed))

    return explain


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for the submission and its grading."""
    group = parser.getgroup("grading")
    group.addoption("--submission", type=Path, help="the submission to test: a folder or module")
    group.addoption("--level", help="the level to grade at (default: the submission's level)")
    group.addoption("--seed", help="the seed of all random inputs (default: a new one)")
    group.addoption("--no-sandbox", action="store_true", help="run candidate code unprotected in this process")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Set up a Harness from the options, unless one is already registered."""
    config.addinivalue_line("markers", "criterion(id): the rubric's criterion that a hidden test belongs to")
    if HARNESS in config.stash or config.option.help or config.option.collectonly:
        return
    if config.option.submission is None:
        raise pytest.UsageError("--submission is missing: pass the folder or module to test")
    try:
        seed = new_seed() if config.option.seed is None else read_seed(config.option.seed)
    except ValueError as error:
        raise pytest.UsageError(f"--seed: {error}") from None
    try:
        assignment = Assignment(config.rootpath)
        submission = read_submission(config.option.submission, assignment)
        rubric = assignment.rubric(level_to_grade(config.option.submission, assignment, config.option.level))
        sandbox = make_sandbox(assignment, preload=submission.preload, protected=not config.option.no_sandbox)
    except GradingError as error:
        raise pytest.UsageError(str(error)) from None
    if config.option.no_sandbox:
        sys.stderr.write("NO SANDBOX: candidate code runs unprotected\n")
    run = GradingRun(submission=submission, assignment=assignment, rubric=rubric, seed=seed)
    config.pluginmanager.register(Harness(run, sandbox), "harness")
    config.add_cleanup(sandbox.close)
