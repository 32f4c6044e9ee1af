"""Runs the hidden tests of a level on a submission, through pytest.

A process collects the hidden tests of an assignment once, and then runs them on one submission after another:
collecting takes as long as running. Fixtures are set up again for every run.
"""

import contextlib
import functools
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_jsonreport.plugin

from grading.content.load import FOLDER
from grading.errors import ContentError, GradingError
from grading.run import plugin
from grading.run.grading_run import GradingRun
from grading.run.harness import HARNESS, Harness
from grading.run.progress import Progress
from grading.sandbox.calls import Sandbox

# Built-in pytest plugins that the hidden tests do not need. Each would run hooks in every step of every test.
_UNUSED_PLUGINS = (
    *("doctest", "unittest", "logging", "tmpdir", "monkeypatch", "recwarn", "warnings", "pastebin", "junitxml"),
    *("faulthandler", "stepwise", "setuponly", "setupplan", "threadexception", "unraisableexception", "capture"),
    *("debugging", "legacypath", "subtests", "cacheprovider"),
)


def run_hidden_tests(
    run: GradingRun,
    *,
    sandbox: Sandbox,
    report: Path,
    progress: bool = True,
) -> None:
    """Run the hidden tests of a level on a submission and write pytest's report; raise if the run is incomplete.

    A process can grade one submission at a time.

    Args:
        run: the submission to test, with the settings.
        sandbox: the sandbox that runs the candidate's code.
        report: the file to write.
        progress: whether to show progress on a terminal.

    Raises:
        GradingError: the run did not finish, or the trusted side failed.
        KeyboardInterrupt: the run was interrupted.
    """
    harness = Harness(run, sandbox)
    progress_line = Progress(sys.stderr) if progress else None
    unread = io.StringIO()
    try:
        with contextlib.redirect_stdout(unread), contextlib.redirect_stderr(unread):
            _collected(run.assignment.root).run(harness, report, progress_line)
    except BaseException as error:
        # Fixtures of this submission may not be torn down yet.
        _collected.cache_clear()
        if harness.problem is not None:
            raise harness.problem from None
        if not isinstance(error, Exception) or isinstance(error, GradingError):
            raise
        detail = f"{type(error).__name__}: {error}"
        raise ContentError(f"{run.assignment.folder}: the hidden tests did not run: {detail}") from error


class _CollectedTests:
    """The collected hidden tests of an assignment.

    It is a pytest plugin that forwards hooks to the harness of the current run, because pytest keeps every plugin
    that was ever registered and must not keep a submission.
    """

    _session: pytest.Session
    _harness: Harness
    _progress: Progress | None
    _problem = ""

    def __init__(self, root: Path) -> None:
        folder = root / FOLDER
        arguments = [
            str(folder),
            *("-c", os.devnull, "--rootdir", str(root), "--confcutdir", str(folder), "--collect-only"),
            # Plain assertions: pytest's rewritten ones would compare and print values from the candidate's code.
            *("--tb=short", "--assert=plain", "-q", "--import-mode=importlib"),
            *(f"-pno:{name}" for name in _UNUSED_PLUGINS),
            "--json-report-file=none",
            *("--json-report-omit", "collectors", "log", "streams", "warnings", "keywords", "traceback"),
        ]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), _without_plugin_autoload():
            # Passed as modules: to find a plugin by name, pytest scans all installed packages.
            status = pytest.main(arguments, plugins=[plugin, pytest_jsonreport.plugin, self])
        if status != pytest.ExitCode.OK:
            problem = self._problem or "".join(printed.getvalue().strip().splitlines()[-1:]) or status
            raise ContentError(f"{folder}: the hidden tests cannot be collected: {problem}")
        # pytest-json-report uses the path's old name.
        self._session.fspath = self._session.path
        self._items = tuple(self._session.items)
        self._config = self._session.config
        self._config.option.collectonly = False
        # It accumulates the reports of all tests.
        self._config.pluginmanager.unregister(name="terminalreporter")
        self._report = pytest_jsonreport.plugin.JSONReport(self._config)
        self._config.pluginmanager.register(self._report)

    def run(self, harness: Harness, report: Path, progress: Progress | None) -> None:
        """Run the tests that a harness selects, and write their report."""
        session, hook = self._session, self._config.hook
        self._harness, self._progress = harness, progress
        self._config.stash[HARNESS] = harness
        self._report.pytest_sessionstart(session)
        session.items, session.testsfailed = list(self._items), 0
        hook.pytest_collection_modifyitems(session=session, config=self._config, items=session.items)
        session.testscollected = len(session.items)
        if progress is not None:
            progress.begin(len(session.items))
        hook.pytest_runtestloop(session=session)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED if session.testsfailed else pytest.ExitCode.OK
        hook.pytest_sessionfinish(session=session, exitstatus=session.exitstatus)
        if progress is not None:
            progress.end()
        self._report.save_report(report)
        self._forget_run()

    def _forget_run(self) -> None:
        """Drop all data of the submission before the next one."""
        del self._harness, self._progress, self._config.stash[HARNESS]
        self._report.__init__(self._config)
        # pytest's runner stores the exception of a failed test here, with everything that its frames reference.
        for name in ("last_exc", "last_type", "last_value", "last_traceback"):
            vars(sys).pop(name, None)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Store the session with the collected tests."""
        self._session = session

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Store the reason why a module cannot be collected."""
        if report.failed:
            self._problem = f"{report.nodeid}: {report.longreprtext.strip().splitlines()[-1].removeprefix('E').strip()}"

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Make an interrupt end the grading, not only the collection."""
        if excinfo.type is KeyboardInterrupt:
            raise excinfo.value

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Let the harness select the tests of a run."""
        if not config.option.collectonly:
            self._harness.pytest_collection_modifyitems(config, items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        """Let the harness limit the time of a test."""
        return (yield from self._harness.pytest_runtest_protocol())

    @pytest.hookimpl(optionalhook=True)
    def pytest_json_runtest_metadata(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> dict[str, Any]:
        """Let the harness add a test's findings to the report."""
        return self._harness.pytest_json_runtest_metadata(item, call)

    @pytest.hookimpl(optionalhook=True)
    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        """Let the harness add the facts about the run to the report."""
        self._harness.pytest_json_modifyreport(json_report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show that a test has finished."""
        if self._progress is not None and report.when == "teardown":
            self._progress.step()


# Only one, because two assignments have modules of the same names.
_collected = functools.lru_cache(maxsize=1)(_CollectedTests)


@contextlib.contextmanager
def _without_plugin_autoload() -> Iterator[None]:
    """Disable the loading of installed pytest plugins, which cost time and may change a run."""
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        else:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = before
