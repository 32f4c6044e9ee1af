"""Reads a pytest-json-report into a Run; the JSON may be truncated or forged."""

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from grading.errors import UsageError, reason
from grading.run.records import Finding, Outcome, Result, Run, RunFacts


class _Metadata(Struct, frozen=True):
    criterion: str = ""
    title: str = ""
    outcome: Outcome | None = None
    findings: list[Finding] = []
    message: str = ""


# pytest's exit statuses of a complete run: all tests passed, or some failed.
_ENDED = (0, 1)


class _Test(Struct):
    nodeid: str
    outcome: str
    metadata: _Metadata = _Metadata()


class _Report(Struct):
    tests: list[_Test]
    grading: RunFacts
    exitcode: int
    # Unused; its presence shows that pytest finished writing.
    summary: dict[str, Any]


def read_report(path: Path) -> Run:
    """Return the run in a report.json; raise UsageError if the file is not a complete report of this grader."""
    try:
        report = msgspec.json.decode(path.read_bytes(), type=_Report)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}; use a report.json that 'grade' wrote") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not a complete report of the hidden tests: {error}; run `grade` again") from None
    if report.exitcode not in _ENDED:
        raise UsageError(
            f"{path}: its run stopped early (pytest's status {report.exitcode}); run the hidden tests again"
        )
    return Run(**msgspec.structs.asdict(report.grading), results=[_result(test) for test in report.tests])


def _result(test: _Test) -> Result:
    passed = test.outcome == "passed" and test.metadata.outcome is None
    # A test that neither passed nor has an explanation (skipped, xfailed, a broken fixture) was not judged.
    outcome = Outcome.PASSED if passed else test.metadata.outcome or Outcome.ERROR
    return Result(
        id=test.nodeid.rpartition("::")[2].removeprefix("test_"),
        criterion=test.metadata.criterion,
        outcome=outcome,
        title=test.metadata.title,
        findings=[] if passed else test.metadata.findings,
        message="" if passed else test.metadata.message,
    )
