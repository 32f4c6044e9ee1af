"""Reads untrusted Python sources, as text and as an outline.

Even a file within the size limit can be very expensive to parse. Measured with CPython 3.11 to 3.13 on 256 KiB of:

| source | cost of `ast.parse` |
|---|---|
| a name with 120,000 combining marks, which the parser normalises | 90 s |
| an f-string of 87,000 parts (3.11) | 5 s |
| `import a.a.a…` | more than 3 GB of memory |
| `x` on each line: 390,000 nodes | 1 s, 230 MB |
| brackets, `not not …`, `x if x else …`, `a.b.c…`, decorators, long numbers, backslashes, blank lines | under 0.3 s |

With 3.12, the module `tokenize` takes 8 s for most long lines. The parser cannot be interrupted, and no cheap check
predicts the cost. So sources are parsed in a process with limits of CPU time and memory, and a source
that exceeds them ends it (`outline.py`). It starts in 20 ms and takes 3 ms for an ordinary source. The last
outlines are cached, so a grading parses each file once. A source that cannot be parsed has an empty outline: no flags,
no line numbers, no similarity.
"""

import atexit
import codecs
import functools
import os
import re
import socket
import subprocess
import sys
import threading
import time
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from grading.errors import GradingError
from grading.submission import outline as child

# A grading needs the outlines of a main module and two other files, several times each.
_KEPT: Final = 8
# Wall-clock limit for a process with 2 s of CPU time: exceeding it is the machine's fault, not the source's.
_REPLY_SECONDS: Final = 300
_END_SECONDS: Final = 1
_LONGEST_OUTLINE: Final = 16 << 20
# Canonical names from `codecs.lookup`, which resolves aliases. Other codecs can take half a minute for a
# file (punycode), or show a reviewer a different text than Python runs (unicode_escape, utf-7).
_ENCODINGS: Final = frozenset({"utf-8", "iso8859-1", "ascii"})
_NOT_ASCII: Final = re.compile(rb"[^\x00-\x7f]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """A source as text, for people and for the parser."""

    text: str  # invalid bytes are replaced, and every line ends with a line feed
    encoding: str = ""  # the source's encoding, if it is not supported


class Block(Struct, frozen=True, kw_only=True):
    """A top-level function or class, or all other top-level statements, with the first line of each word in it."""

    name: str  # empty for the block of other statements
    line: int
    names: dict[str, int]
    attributes: dict[str, int]
    others: dict[str, int]  # keyword arguments, and `break`, `return` and `for`
    numbers: list[tuple[float | str, int]] = []  # numbers in a function's body, with their lines


class Outline(Struct, frozen=True, kw_only=True):
    """The outline of a source."""

    problem: str = ""  # the reason for a missing outline: NOT_PYTHON or OVER_LIMITS
    imports: list[tuple[str, int]] = []  # imported modules, with their lines
    blocks: list[Block] = []  # in source order, the other statements last
    statements: frozenset[str] = frozenset()  # a normalised mark of each statement

    @property
    def is_over_limits(self) -> bool:
        """Whether the source exceeds the limits, or nests deeper than Python can parse."""
        return self.problem == child.OVER_LIMITS


def decode(content: bytes) -> Decoded:
    """Return a source's text, decoded with its declared encoding (PEP 263) if that is UTF-8, Latin-1 or ASCII."""
    encoding = _encoding(content)
    known = encoding in _ENCODINGS
    text = content.removeprefix(codecs.BOM_UTF8).decode(encoding if known else "utf-8", errors="replace")
    return Decoded(text=text.replace("\r\n", "\n").replace("\r", "\n"), encoding="" if known else encoding)


@functools.lru_cache(maxsize=_KEPT)
def outline(text: str) -> Outline:
    """Return the outline of a source, with only a `problem` if it cannot be parsed within the limits.

    Raises:
        GradingError: the parser process fails.
    """
    reply = _PARSER.ask(text.encode(errors="replace"))
    found = Outline(problem=child.OVER_LIMITS) if reply is None else msgspec.json.decode(reply, type=Outline)
    if found.problem:
        # After `import a.a.a…` the parser does not free its memory, so the next source would have none.
        close()
    return found


def _encoding(content: bytes) -> str:
    """Return the canonical name of a source's encoding, or the declared name if Python does not know it.

    Python reads the first two lines, after normalising line ends. Whether they are valid UTF-8 does not
    matter here, so non-ASCII bytes are replaced.
    """
    plain = content.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    first = iter([_NOT_ASCII.sub(b"?", line) + b"\n" for line in plain.split(b"\n", 2)[:2]])
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(first, b""))
        return codecs.lookup(encoding).name
    except (SyntaxError, LookupError):
        return "utf-8"  # Python itself rejects the source and names the encoding


class _Parser:
    """The parser process: started when first needed, and restarted after a source that ended it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def ask(self, source: bytes) -> bytes | None:
        """Return the outline of a source as JSON, None if the source exceeded the limits."""
        with self._lock:
            self._running = self._running or _start()
            try:
                return _exchange(self._running[1], source)
            except TimeoutError:
                self._end()
                raise GradingError(
                    f"the parser process has not answered after {_REPLY_SECONDS} s: "
                    "this machine is overloaded; grade again when CPUs are free"
                ) from None
            except OSError:
                status = self._end()
        if status >= 0:
            raise GradingError(f"the parser process ended with status {status}; to see the error, run {child.__file__}")
        return None

    def close(self) -> None:
        """End the process if it is running."""
        with self._lock:
            if self._running is not None:
                self._end()

    def _end(self) -> int:
        """End the process and return its exit status, negative if a signal ended it."""
        assert self._running is not None
        process, connection = self._running
        self._running = None
        connection.close()
        try:
            return process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    # Isolated and without site-packages: starts in half the time, with only the standard library.
    command = [sys.executable, "-I", "-S", "-B", "-W", "ignore", str(Path(child.__file__).resolve())]
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            return subprocess.Popen(
                command, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.DEVNULL
            ), ours
        except OSError as error:
            ours.close()
            raise GradingError(f"the parser process cannot be started: {error}") from None


def _exchange(connection: socket.socket, source: bytes) -> bytes:
    """Send a source and return the reply; raise OSError if there is no reply."""
    deadline = time.monotonic() + _REPLY_SECONDS
    connection.settimeout(_REPLY_SECONDS)
    connection.sendall(child.LENGTH.pack(len(source)) + source)
    (length,) = child.LENGTH.unpack(_receive(connection, child.LENGTH.size, deadline))
    if length > _LONGEST_OUTLINE:
        raise ConnectionError(f"an outline of {length} bytes")
    return _receive(connection, length, deadline)


def _receive(connection: socket.socket, length: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < length:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        part = connection.recv(min(length - len(data), 1 << 16))
        if not part:
            raise ConnectionError("the process has ended")
        data += part
    return bytes(data)


_PARSER = _Parser()


@atexit.register
def close() -> None:
    """End the parser process until it is needed again."""
    _PARSER.close()


def _renew_after_fork() -> None:
    """Do not share the parent's parser process: concurrent requests would get each other's replies."""
    global _PARSER
    _PARSER = _Parser()


os.register_at_fork(after_in_child=_renew_after_fork)
