"""Shows on a terminal how far a run of the hidden tests has come."""

from typing import TextIO


class Progress:
    """Shows on a stream, if it is a terminal, how many tests of a run are over."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._total = self._done = 0

    def begin(self, total: int) -> None:
        """Show how many tests there are."""
        self._total = total
        self._show("starting the sandbox")

    def step(self) -> None:
        """Show that one more test is over."""
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
