"""One run of the hidden tests as a pytest plugin: selects the tests, explains failures, adds to the report."""

import importlib
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grading.content.records import ScoredBy
from grading.content.version import this_grader
from grading.errors import ContentError, GradingError
from grading.handout.templates import solution
from grading.run import judging
from grading.run.candidate import CandidateFailure, CandidateProxy
from grading.run.explain import Cause, Diagnosis
from grading.run.grading_run import GradingRun
from grading.run.judging import JudgingTimeout, judging_limit
from grading.run.records import Finding, Outcome, RunFacts
from grading.sandbox.calls import Sandbox, SubmittedCode
from grading.sandbox.inside.budget import Budget
from grading.sandbox.inside.candidate import MAX_DETAIL

# The report's key for the facts about the run.
REPORT_KEY = "grading"
_LONGEST_MESSAGE = 400


class Harness:
    """One run of the hidden tests on one submission."""

    def __init__(self, run: GradingRun, sandbox: Sandbox) -> None:
        self._run = run
        self._assignment = run.assignment
        self._rubric = run.rubric
        self._sandbox = sandbox
        self._started = time.monotonic()
        self._diagnoses: dict[str, Callable[[], Diagnosis]] = {}
        manifest = run.assignment.manifest
        self._budget = Budget(cpu_seconds=manifest.call_cpu_seconds, idle_seconds=manifest.call_idle_seconds)
        self._candidate = CandidateProxy(run.submission.code, sandbox, self._budget)
        # Follow-ups are optional: without the file there is nothing to run.
        bonus = [c for c in run.rubric.bonus if c.file in run.submission.code.files]
        self._by_id = {c.id: c for c in (*run.rubric.criterion, *bonus) if c.scored_by is ScoredBy.TESTS}
        self.problem: GradingError | None = None

    @property
    def candidate(self) -> CandidateProxy:
        """The candidate's code."""
        return self._candidate

    @property
    def seed(self) -> int:
        """The seed of all random inputs."""
        return self._run.seed

    def explain_with(self, node_id: str, diagnose: Callable[[], Diagnosis]) -> None:
        """Store how to explain a test if it fails."""
        self._diagnoses[node_id] = diagnose

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make this run available to the fixtures."""
        config.stash[HARNESS] = self

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the level's tests, and refuse to grade if they differ from the tests that the rubric names."""
        kept = [item for item in items if _criterion_of(item) in self._by_id]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
        if not (config.option.keyword or config.option.collectonly):
            self._expect_named_tests(kept)
        for item in kept:
            if "on_failure" not in getattr(item, "fixturenames", ()):
                self._refuse(
                    f"{item.location[0]}: {item.name} does not explain its failure: "
                    "request the fixture on_failure and call it before the assertion"
                )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        """Limit the time of one test in this process, without calls into the sandbox."""
        with judging_limit(judging.JUDGING_CPU_SECONDS):
            return (yield)

    @pytest.hookimpl(optionalhook=True)  # of pytest-json-report
    def pytest_json_runtest_metadata(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> dict[str, Any]:
        """Add a test's findings to the report."""
        found: dict[str, Any] = {"criterion": _criterion_of(item), "title": _title(item)}
        if call.excinfo is None:
            return found if call.when == "setup" else {}
        error = call.excinfo.value
        if isinstance(error, GradingError):
            self._stop(item, error)
            return found
        try:
            outcome, findings = self._explain(item, call.when, error)
        except JudgingTimeout as timeout:  # the explanation counts as judging
            outcome, findings = self._explain(item, call.when, timeout)
        except GradingError as problem:
            self._stop(item, problem)
            return found
        except Exception as failure:  # noqa: BLE001 - a failing diagnosis is a grader error and ends the run
            self._stop(item, _grader_error(item, failure))
            return found
        return {
            **found,
            "outcome": outcome.value,
            "findings": msgspec.to_builtins(findings),
            "message": _message(error),
        }

    def _explain(self, item: pytest.Item, when: str, error: BaseException) -> tuple[Outcome, list[Finding]]:
        """Return the outcome of a test that did not pass, and the mistakes that explain it.

        Raises:
            GradingError: the grader failed.
        """
        criterion = _criterion_of(item)
        if isinstance(error, CandidateFailure):
            return error.outcome, [
                msgspec.structs.replace(error.finding, criterion=error.finding.criterion or criterion)
            ]
        if isinstance(error, JudgingTimeout):
            detail = f"judging the result took more than {judging.JUDGING_CPU_SECONDS:g} s"
            return Outcome.TIMEOUT, [Finding(id="timeout", criterion=criterion, detail=detail)]
        if when != "call" or not _is_of_the_test(error, item):
            raise _grader_error(item, error)
        if item.nodeid not in self._diagnoses:
            raise ContentError(
                f"{item.location[0]}: {item.name} failed before it called on_failure; call on_failure earlier"
            )
        causes = [Cause(cause) if isinstance(cause, str) else cause for cause in self._diagnoses[item.nodeid]()]
        return Outcome.FAILED, [self._finding(criterion, cause) for cause in dict.fromkeys(causes)]

    def _finding(self, criterion: str, cause: Cause) -> Finding:
        mistake = self._assignment.mistake(criterion, cause.id)
        if cause.variant and cause.variant not in mistake.variant:
            raise ContentError(
                f"{self._assignment.folder / 'mistakes'}: {cause.id!r} has no variant {cause.variant!r}: "
                "add it to the catalogue, or use another variant in the diagnosis"
            )
        detail = " ".join(cause.detail.split())[:MAX_DETAIL]
        finding = Finding(id=cause.id, criterion=mistake.criterion, variant=cause.variant, detail=detail)
        return finding if cause.error is None else self._candidate.describe(cause.error, finding)

    def _refuse(self, problem: str) -> None:
        """End the run before any test, because the hidden tests are invalid."""
        self.problem = ContentError(problem)
        raise pytest.UsageError(str(self.problem))

    def _stop(self, item: pytest.Item, problem: GradingError) -> None:
        """End the run without a score."""
        self.problem = problem
        item.session.shouldstop = str(problem)

    @pytest.hookimpl(optionalhook=True)
    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        """Add the facts about the run to the report, so that it can be scored again without the submission."""
        json_report.pop("environment", None)
        facts = RunFacts(
            level=self._rubric.level,
            seed=self._run.seed,
            sandbox=self._sandbox.name,
            grader=this_grader(self._assignment.root),
            seconds=round(time.monotonic() - self._started, 3),
            submission=self._run.submission.record,
            notes=list(self._candidate.notes.values()),
            figure_data=self._figure_data() if self._run.figures else {},
        )
        json_report[REPORT_KEY] = msgspec.to_builtins(facts)

    def _figure_data(self) -> Mapping[str, Any]:
        """Return the data of the assignment's figures, or the reason why there is none; not part of the score."""
        manifest = self._assignment.manifest
        if manifest.figures is None or self.problem is not None:
            return {}
        if self._candidate.ran_out_of_time:
            return {"problem": "an earlier call timed out"}
        files = {manifest.source: solution(self._assignment, self._rubric.level).encode()}
        provided = {name: (self._assignment.root / name).read_bytes() for name in manifest.provided}
        reference_code = SubmittedCode(module=manifest.module, files={**provided, **files})
        reference = CandidateProxy(reference_code, self._sandbox, self._budget)
        try:
            observed: Mapping[str, Any] = importlib.import_module(manifest.figures.module).observe(
                self._candidate, reference, self._run.seed
            )
        except CandidateFailure as failure:
            return {"problem": str(failure)[:_LONGEST_MESSAGE]}
        except Exception as error:  # noqa: BLE001 - a failing figure must not prevent a score
            return {"problem": f"the data could not be observed ({type(error).__name__})"}
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


HARNESS = pytest.StashKey[Harness]()


def test_id(item: pytest.Item) -> str:
    """Return the name of a hidden test in rubrics."""
    return item.name.removeprefix("test_")


def _criterion_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("criterion")
    if marker is None or len(marker.args) != 1:
        raise ContentError(f"{item.location[0]}: {item.name} has no criterion: mark it @pytest.mark.criterion(id)")
    return str(marker.args[0])


def _message(error: BaseException) -> str:
    """Return a test's own failure message, without pytest's additions.

    Our runs use `--assert=plain` and add nothing; an outer pytest that runs our own tests does.
    """
    return " ".join(str(error).partition("\nassert ")[0].split())[:_LONGEST_MESSAGE]


def _is_of_the_test(error: BaseException, item: pytest.Item) -> bool:
    """Whether an error is a failed assertion in the test's own file, not in code that it calls."""
    frames = traceback.extract_tb(error.__traceback__)
    return isinstance(error, AssertionError) and bool(frames) and Path(frames[-1].filename) == item.path


def _grader_error(item: pytest.Item, error: BaseException) -> GradingError:
    """Return the error that ends the run after a failure on the trusted side, with the test and the line."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown line"
    words = " ".join(str(error).split())[:_LONGEST_MESSAGE]
    return GradingError(f"grader error in {item.location[0]}::{item.name}: {type(error).__name__}: {words} ({where})")


def _title(item: pytest.Item) -> str:
    doc = getattr(getattr(item, "function", None), "__doc__", None) or item.name
    return " ".join(str(doc).split())
