"""Shows on a terminal how far a run of the hidden tests has come."""

from typing import TextIO

import pytest


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
