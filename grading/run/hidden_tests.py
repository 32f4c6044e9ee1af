"""Runs the hidden tests of a level on a submission, through pytest."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_jsonreport.plugin

from grading.content.load import FOLDER
from grading.errors import ContentError
from grading.run import plugin
from grading.run.grading_run import GradingRun
from grading.run.harness import Harness
from grading.run.progress import Progress
from grading.sandbox.calls import Sandbox

# Of pytest's own: what the hidden tests have no use for. Without them a run takes 0.06 s less, measured.
_UNUSED_PLUGINS = (
    *("doctest", "unittest", "logging", "tmpdir", "monkeypatch", "recwarn", "warnings", "pastebin", "junitxml"),
    *("faulthandler", "stepwise", "setuponly", "setupplan", "threadexception", "unraisableexception"),
)


def run_hidden_tests(
    run: GradingRun,
    *,
    sandbox: Sandbox,
    report: Path,
    progress: bool = True,
) -> None:
    """Run the hidden tests of a level on a submission and write pytest's report; raise if there is none to trust.

    Args:
        run: what to test.
        sandbox: where the candidate's code runs.
        report: the file to write.
        progress: whether to show on a terminal how far it has come.

    Raises:
        GradingError: the run did not come to its end, or the trusted side failed.
        KeyboardInterrupt: the run was interrupted.
    """
    assignment = run.assignment
    harness = Harness(run, sandbox)
    arguments = [
        str(assignment.root / FOLDER),
        *("-c", os.devnull, "--rootdir", str(assignment.root), "--confcutdir", str(assignment.root / FOLDER)),
        # Plain assertions: pytest's own would compare and print whatever the candidate's code returned.
        *("-p", "no:cacheprovider", "--tb=short", "--assert=plain", "-q", "--import-mode=importlib"),
        *(f"-pno:{plugin}" for plugin in _UNUSED_PLUGINS),
        *report_arguments(report),
    ]
    # As modules: for a name, pytest looks through every package that is installed.
    plugins: list[object] = [plugin, pytest_jsonreport.plugin, harness]
    if progress:
        plugins.append(Progress(sys.stderr))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), _without_plugin_autoload():
        status = pytest.main(arguments, plugins=plugins)
    if harness.problem is not None:
        raise harness.problem
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not report.is_file():
        printed_lines = printed.getvalue().strip().splitlines()
        raise ContentError(
            f"{assignment.folder}: the hidden tests did not run: {printed_lines[-1] if printed_lines else status}"
        )


@contextlib.contextmanager
def _without_plugin_autoload() -> Iterator[None]:
    """Keep pytest to the plugins named: others that happen to be installed cost time and may change a run."""
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        else:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = before


def report_arguments(report: Path) -> list[str]:
    """Return the options of pytest-json-report that every run of ours uses; they must be the last arguments."""
    omit = ["--json-report-omit", "collectors", "log", "streams", "warnings", "keywords", "traceback"]
    return ["--json-report", f"--json-report-file={report}", *omit]
