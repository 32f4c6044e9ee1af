"""The pytest plugin through which hidden tests reach the candidate's code, and the report learns what they found.

Run as `pytest -p grading.harness hidden_tests --submission PATH`, or handed to `pytest.main` as a Harness that is
already set up.
"""

import contextlib
import importlib
import secrets
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import msgspec
import pytest

from grading.arguments import seed_number
from grading.content import Assignment
from grading.errors import ContentError, GradingError
from grading.level import level_to_grade
from grading.model import Blame, Outcome, Rubric, ScoredBy, Submission
from grading.observations import ReportedError
from grading.publish import solution
from grading.sandbox.bubblewrap import Bubblewrap, Content
from grading.sandbox.calls import CandidateCode, Sandbox
from grading.sandbox.inside.budget import Budget
from grading.sandbox.unprotected import Unprotected
from grading.submission import Read, read_submission
from grading.under_test import CandidateFailure, CandidateUnderTest
from grading.version import this_grader

# The key of the report that the run's own facts stand under.
REPORT_KEY = "grading"
_MOST_SAID = 400
# CPU time of this process that one hidden test may take to judge a result: right solutions take milliseconds.
JUDGING_CPU_SECONDS = 60.0


class Cause(NamedTuple):
    """A mistake that explains a failed test."""

    id: str
    variant: str = ""  # which of the catalogue's variants of it was seen
    detail: str = ""  # what was seen, for the reviewer
    error: ReportedError | None = None  # what the candidate's code raised, if that is the cause

    @classmethod
    def of(cls, error: ReportedError) -> "Cause":
        """Return the cause that an error in the candidate's code is."""
        return cls(error.kind, detail=error.detail, error=error)


Diagnosis = Sequence[str | Cause]
# Says how to explain a test's failure: a function and its arguments, called only if the test fails.
OnFailure = Callable[..., None]


class JudgingTimeout(Exception):  # noqa: N818 - a result, not an error of the grader
    """Judging a result took longer than any honest observation needs."""


class Harness:
    """One run of the hidden tests on one submission."""

    def __init__(
        self, assignment: Assignment, rubric: Rubric, read: Read, sandbox: Sandbox, seed: int, *, show: bool = False
    ) -> None:
        self._assignment = assignment
        self._rubric = rubric
        self._submission: Submission = read.submission
        self._sandbox = sandbox
        self._seed = seed
        self._show = show
        self._started = time.monotonic()
        self._diagnoses: dict[str, Callable[[], Diagnosis]] = {}
        manifest = assignment.manifest
        self._budget = Budget(cpu_seconds=manifest.call_cpu_seconds, idle_seconds=manifest.call_idle_seconds)
        self._under_test = CandidateUnderTest(read.code, sandbox, self._budget)
        # A follow-up is optional: without its file there is nothing to run.
        bonus = [c for c in rubric.bonus if c.file in read.code.files]
        self._by_id = {c.id: c for c in (*rubric.criterion, *bonus) if c.scored_by is ScoredBy.TESTS}
        self.problem: GradingError | None = None

    @property
    def under_test(self) -> CandidateUnderTest:
        """The candidate's code."""
        return self._under_test

    @property
    def seed(self) -> int:
        """The seed that every random input comes from."""
        return self._seed

    def explain_with(self, node_id: str, diagnose: Callable[[], Diagnosis]) -> None:
        """Remember how to explain a test, should it fail."""
        self._diagnoses[node_id] = diagnose

    def pytest_configure(self, config: pytest.Config) -> None:
        """Let the fixtures find this run."""
        config.stash[_HARNESS] = self

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the level's tests, and refuse to grade if they are not exactly those that the rubric names."""
        kept = [item for item in items if _criterion_of(item) in self._by_id]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
        if not (config.option.keyword or config.option.collectonly):
            self._expect_named_tests(kept)
        for item in kept:
            if "on_failure" not in getattr(item, "fixturenames", ()):
                self._refuse(
                    f"{item.location[0]}: {item.name} does not say how to explain its failure: "
                    "ask for the fixture on_failure and call it before the assertion"
                )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        """Bound the time that one test may take of this process, calls into the sandbox aside."""
        with _judging_limit(JUDGING_CPU_SECONDS):
            return (yield)

    @pytest.hookimpl(optionalhook=True)  # of pytest-json-report
    def pytest_json_runtest_metadata(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> dict[str, Any]:
        """Put what a test found into the report."""
        found: dict[str, Any] = {"criterion": _criterion_of(item), "title": _title(item)}
        if call.excinfo is None:
            return found if call.when == "setup" else {}
        error = call.excinfo.value
        if isinstance(error, GradingError):
            self._stop(item, error)
            return found
        try:
            outcome, blames = self._explain(item, call.when, error)
        except JudgingTimeout as late:  # explaining is judging, too
            outcome, blames = self._explain(item, call.when, late)
        except GradingError as problem:
            self._stop(item, problem)
            return found
        except Exception as own:  # noqa: BLE001 - a diagnosis that fails is the grader's fault, and ends the run
            self._stop(item, _own_fault(item, own))
            return found
        return {**found, "outcome": outcome.value, "blames": msgspec.to_builtins(blames), "said": _said(error)}

    def _explain(self, item: pytest.Item, when: str, error: BaseException) -> tuple[Outcome, list[Blame]]:
        """Return the outcome of a test that did not pass, and the mistakes that explain it.

        Raises:
            GradingError: it was the grader that failed.
        """
        criterion = _criterion_of(item)
        if isinstance(error, CandidateFailure):
            return error.outcome, [msgspec.structs.replace(error.blame, criterion=error.blame.criterion or criterion)]
        if isinstance(error, JudgingTimeout):
            detail = f"judging the result took more than {JUDGING_CPU_SECONDS:g} s"
            return Outcome.TIMEOUT, [Blame(id="timeout", criterion=criterion, detail=detail)]
        if when != "call" or not _is_of_the_test(error, item):
            raise _own_fault(item, error)
        if item.nodeid not in self._diagnoses:
            raise ContentError(f"{item.location[0]}: {item.name} failed before it called on_failure: call it earlier")
        causes = [Cause(cause) if isinstance(cause, str) else cause for cause in self._diagnoses[item.nodeid]()]
        return Outcome.FAILED, [self._blame(criterion, cause) for cause in dict.fromkeys(causes)]

    def _blame(self, criterion: str, cause: Cause) -> Blame:
        mistake = self._assignment.mistake(criterion, cause.id)
        if cause.variant and cause.variant not in mistake.variant:
            raise ContentError(
                f"{self._assignment.folder / 'mistakes'}: {cause.id!r} has no variant {cause.variant!r}: "
                "add it, or name another in the diagnosis"
            )
        return Blame(
            id=cause.id,
            criterion=mistake.criterion,
            line=None if cause.error is None else self._under_test.line_of(cause.error),
            variant=cause.variant,
            exception="" if cause.error is None else self._under_test.exception_in(cause.error.detail),
            detail=" ".join(cause.detail.split())[:200],
        )

    def _refuse(self, problem: str) -> None:
        """End the run before any test: the hidden tests themselves are wrong."""
        self.problem = ContentError(problem)
        raise pytest.UsageError(str(self.problem))

    def _stop(self, item: pytest.Item, problem: GradingError) -> None:
        """End the run: there will be no score."""
        self.problem = problem
        item.session.shouldstop = str(problem)

    @pytest.hookimpl(optionalhook=True)
    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        """Put the run's own facts into the report, so that it can be scored again without the submission."""
        json_report.pop("environment", None)
        json_report[REPORT_KEY] = {
            "level": self._rubric.level,
            "seed": self._seed,
            "sandbox": self._sandbox.name,
            "grader": msgspec.to_builtins(this_grader(self._assignment.root)),
            "seconds": round(time.monotonic() - self._started, 3),
            "submission": msgspec.to_builtins(self._submission),
            "notes": msgspec.to_builtins(list(self._under_test.notes.values())),
            "shown": self._shown() if self._show else {},
        }

    def _shown(self) -> Mapping[str, Any]:
        """Return what the assignment's figures are drawn from, or why there is nothing: no part of the score."""
        manifest = self._assignment.manifest
        if manifest.figures is None or self.problem is not None:
            return {}
        if self._under_test.ran_out_of_time:
            return {"problem": "a call ran out of time before"}
        files = {manifest.source: solution(self._assignment, self._rubric.level).encode()}
        given = {name: (self._assignment.root / name).read_bytes() for name in manifest.given}
        reference = CandidateCode(module=manifest.module, files={**given, **files})
        beside = CandidateUnderTest(reference, self._sandbox, self._budget)
        try:
            observed: Mapping[str, Any] = importlib.import_module(manifest.figures).observe(
                self._under_test, beside, self._seed
            )
        except CandidateFailure as failure:
            return {"problem": str(failure)[:_MOST_SAID]}
        except Exception as error:  # noqa: BLE001 - a score must not be lost to a drawing
            return {"problem": f"it could not be observed ({type(error).__name__})"}
        return observed

    def _expect_named_tests(self, items: list[pytest.Item]) -> None:
        there = {(_criterion_of(item), test_id(item)) for item in items}
        named = {(criterion.id, test) for criterion in self._by_id.values() for test in criterion.tests}
        for problem, pairs in (
            ("names no hidden test", named - there),
            ("does not name the hidden test", there - named),
        ):
            for criterion, test in sorted(pairs):
                self._refuse(
                    f"the rubric of level {self._rubric.level!r}, criterion {criterion!r}, {problem} {test!r}: "
                    f"correct {self._assignment.folder / 'rubrics' / self._rubric.level}.toml"
                )


_HARNESS = pytest.StashKey[Harness]()


@pytest.fixture(scope="session")
def candidate(pytestconfig: pytest.Config) -> CandidateUnderTest:
    """The candidate's code."""
    return pytestconfig.stash[_HARNESS].under_test


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """The seed of this run: every random input comes from it."""
    return pytestconfig.stash[_HARNESS].seed


@pytest.fixture
def on_failure(request: pytest.FixtureRequest) -> OnFailure:
    """Say how to explain this test's failure: `on_failure(diagnose, *observed)`; diagnose returns ids or causes."""

    def explain(diagnose: Callable[..., Diagnosis], *observed: Any) -> None:
        request.config.stash[_HARNESS].explain_with(request.node.nodeid, lambda: diagnose(*observed))

    return explain


class Progress:
    """Tells on a stream how far a run has come."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._total = self._done = 0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how many tests there are."""
        self._total = len(session.items)
        self._tell("starting the sandbox")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test when it is over."""
        if report.when == "teardown":
            self._done += 1
            self._tell("hidden tests")

    def pytest_sessionfinish(self) -> None:
        """End the line."""
        if self._stream.isatty():
            self._stream.write("\n")

    def _tell(self, what: str) -> None:
        if self._stream.isatty():
            self._stream.write(f"\r\033[K{what}: {self._done} of {self._total}")
            self._stream.flush()


def make_sandbox(
    assignment: Assignment, *, preload: tuple[str, ...], protected: bool, lasting: bool = False
) -> Sandbox:
    """Return the sandbox for an assignment's candidates; starting it takes seconds, and goes on in the background.

    With `lasting`, for many submissions, the start takes longer and each call less.
    """
    manifest = assignment.manifest
    if not protected:
        return Unprotected(manifest.probes)
    paths = (f"{Path(manifest.probes.split('.')[0])}/__init__.py", *manifest.inside)
    content = Content(root=assignment.root, probes=manifest.probes, paths=paths, preload=preload)
    return Bubblewrap(content, lasting=lasting)


def test_id(item: pytest.Item) -> str:
    """Return the name that rubrics know a hidden test by."""
    return item.name.removeprefix("test_")


def new_seed() -> int:
    """Return a seed for a run's inputs."""
    return secrets.randbits(32)


def _criterion_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("criterion")
    if marker is None or len(marker.args) != 1:
        raise ContentError(f"{item.location[0]}: {item.name} has no criterion: mark it @pytest.mark.criterion(id)")
    return str(marker.args[0])


def _said(error: BaseException) -> str:
    """Return a test's own words on why it did not pass, without what pytest adds.

    A run of ours adds nothing (`--assert=plain`); a pytest that this process runs inside, as our own tests do, does.
    """
    return " ".join(str(error).partition("\nassert ")[0].split())[:_MOST_SAID]


def _is_of_the_test(error: BaseException, item: pytest.Item) -> bool:
    """Whether an error is a failed assertion of the test's own file, rather than of what it calls."""
    frames = traceback.extract_tb(error.__traceback__)
    return isinstance(error, AssertionError) and bool(frames) and Path(frames[-1].filename) == item.path


def _own_fault(item: pytest.Item, error: BaseException) -> GradingError:
    """Return what ends the run when the trusted side has failed: it names the test and the line."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown line"
    words = " ".join(str(error).split())[:_MOST_SAID]
    return GradingError(f"grader error in {item.location[0]}::{item.name}: {type(error).__name__}: {words} ({where})")


@contextlib.contextmanager
def _judging_limit(seconds: float) -> Iterator[None]:
    """Raise JudgingTimeout in the code within once this process has used so much CPU time on it.

    Only the main thread can take the signal; elsewhere the bounds of the observations have to do.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise JudgingTimeout

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _title(item: pytest.Item) -> str:
    doc = getattr(getattr(item, "function", None), "__doc__", None) or item.name
    return " ".join(str(doc).split())


# --- As `pytest -p grading.harness` ----------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that name what is graded."""
    group = parser.getgroup("grading")
    group.addoption("--submission", type=Path, help="the folder or exercise.py to run the hidden tests on")
    group.addoption("--level", help="the level to grade at (default: the submission's)")
    group.addoption("--seed", type=seed_number, help="the seed of every random input (default: drawn anew)")
    group.addoption("--no-sandbox", action="store_true", help="run candidate code unprotected in this process")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Set up a Harness from the options, unless one was handed in."""
    config.addinivalue_line("markers", "criterion(id): the rubric's criterion that a hidden test belongs to")
    if _HARNESS in config.stash or config.option.help or config.option.collectonly:
        return
    if config.option.submission is None:
        raise pytest.UsageError(
            "--submission is missing: it names the folder or exercise.py to run the hidden tests on"
        )
    try:
        assignment = Assignment(config.rootpath)
        read = read_submission(config.option.submission, assignment)
        rubric = assignment.rubric(level_to_grade(config.option.submission, assignment, config.option.level))
        sandbox = make_sandbox(assignment, preload=read.preload, protected=not config.option.no_sandbox)
    except GradingError as error:
        raise pytest.UsageError(str(error)) from None
    if config.option.no_sandbox:
        sys.stderr.write("NO SANDBOX: candidate code runs unprotected\n")
    seed = new_seed() if config.option.seed is None else config.option.seed
    config.pluginmanager.register(Harness(assignment, rubric, read, sandbox, seed), "harness")
    config.add_cleanup(sandbox.close)


def report_arguments(report: Path) -> list[str]:
    """Return the options of pytest-json-report that every run of ours uses; they must be the last arguments."""
    omit = ["--json-report-omit", "collectors", "log", "streams", "warnings", "keywords", "traceback"]
    return ["--json-report", f"--json-report-file={report}", *omit]
