"""Shows the progress of a run of the hidden tests on a terminal."""

from typing import TextIO


class Progress:
    """Shows the number of finished tests on a stream, if it is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._total = self._done = 0

    def begin(self, total: int) -> None:
        """Show the total number of tests."""
        self._total = total
        self._show("starting the sandbox")

    def step(self) -> None:
        """Count one more finished test."""
        self._done += 1
        self._show("hidden tests")

    def end(self) -> None:
        """End the line."""
        if self._stream.isatty():
            self._stream.write("\n")

    def _show(self, what: str) -> None:
        if self._stream.isatty():
            self._stream.write(f"\r\033[K{what}: {self._done} of {self._total}")
            self._stream.flush()
