"""Reads Python sources that nobody has vouched for: as text, and as an outline of what they hold.

A file within the size limit can cost its reader anything. Measured with CPython 3.11 to 3.13 on 256 KiB of:

| source | cost of `ast.parse` |
|---|---|
| a name with 120,000 combining marks, which the parser normalises | 90 s |
| an f-string of 87,000 parts (3.11) | 5 s |
| `import a.a.a…` | more than 3 GB of memory |
| `x` on each line: 390,000 nodes | 1 s, 230 MB |
| brackets, `not not …`, `x if x else …`, `a.b.c…`, decorators, long numbers, backslashes, blank lines | under 0.3 s |

With 3.12, the module `tokenize` takes 8 s for most long lines. The parser cannot be interrupted, and no cheap look at a
source tells what it will cost. So sources are parsed in a process with limits of CPU time and memory, which ends with a
source that exceeds them (`outline.py`). It starts in 20 ms and takes 3 ms for an ordinary source. The last
outlines are kept, so a grading parses each of its files once. What cannot be parsed has an empty outline: no flags, no
line numbers, no likeness.
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

# A grading asks for a main module and two further files, several times each.
_KEPT: Final = 8
# Of wall clock, for a process that has 2 s of CPU time: beyond it is this machine's fault, and no source's.
_PATIENCE_SECONDS: Final = 300
_FAREWELL_SECONDS: Final = 1
_LONGEST_OUTLINE: Final = 16 << 20
# As `codecs.lookup` calls them, under whatever alias a source names them. Other codecs can take half a minute for a
# file (punycode), or show a reviewer another text than Python runs (unicode_escape, utf-7).
_ENCODINGS: Final = frozenset({"utf-8", "iso8859-1", "ascii"})
_NOT_ASCII: Final = re.compile(rb"[^\x00-\x7f]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """A source as text, for people and for the parser."""

    text: str  # what cannot be decoded is replaced, and every line ends with a line feed
    encoding: str = ""  # the one that the source names, if it is none that is read


class Block(Struct, frozen=True, kw_only=True):
    """A function or class at the top level, or all other statements there, with the first line of each word in it."""

    name: str  # empty for the other statements
    line: int
    names: dict[str, int]
    attributes: dict[str, int]
    others: dict[str, int]  # keyword arguments, and `break`, `return` and `for`
    numbers: list[tuple[float | str, int]] = []  # in the body of a function, each with its line


class Outline(Struct, frozen=True, kw_only=True):
    """What a source holds."""

    problem: str = ""  # why it has no outline: NOT_PYTHON or OVER_LIMITS
    imports: list[tuple[str, int]] = []  # each module's name, with its line
    blocks: list[Block] = []  # in their order, the other statements last
    statements: frozenset[str] = frozenset()  # a mark for each, without what says nothing of who wrote it

    @property
    def is_over_limits(self) -> bool:
        """Whether the source costs more than it may, or nests deeper than Python can read."""
        return self.problem == child.OVER_LIMITS


def decode(content: bytes) -> Decoded:
    """Return a source's text, read by the encoding that it names (PEP 263) if that is UTF-8, Latin-1 or ASCII."""
    encoding = _encoding(content)
    known = encoding in _ENCODINGS
    text = content.removeprefix(codecs.BOM_UTF8).decode(encoding if known else "utf-8", errors="replace")
    return Decoded(text=text.replace("\r\n", "\n").replace("\r", "\n"), encoding="" if known else encoding)


@functools.lru_cache(maxsize=_KEPT)
def outline(text: str) -> Outline:
    """Return what a source holds, with a `problem` and nothing else if it cannot be parsed within limits.

    Raises:
        GradingError: the process that parses does not work.
    """
    reply = _PARSER.ask(text.encode(errors="replace"))
    found = Outline(problem=child.OVER_LIMITS) if reply is None else msgspec.json.decode(reply, type=Outline)
    if found.problem:
        # After `import a.a.a…` the parser keeps all its memory: the next source would have none.
        close()
    return found


def _encoding(content: bytes) -> str:
    """Return the name of the encoding that Python reads a source by, or the one in the source if Python knows none.

    Python looks at the first two lines, after it has made every line end a line feed. Whether they are UTF-8 does not
    matter here, so what is not ASCII is covered up.
    """
    plain = content.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    first = iter([_NOT_ASCII.sub(b"?", line) + b"\n" for line in plain.split(b"\n", 2)[:2]])
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(first, b""))
        return codecs.lookup(encoding).name
    except (SyntaxError, LookupError):
        return "utf-8"  # Python refuses the source by itself, and names the encoding


class _Parser:
    """The process that parses: started when it is first needed, and again after a source that it could not read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: tuple[subprocess.Popen[bytes], socket.socket] | None = None

    def ask(self, source: bytes) -> bytes | None:
        """Return the outline of a source as JSON, None if it took too much."""
        with self._lock:
            self._running = self._running or _start()
            try:
                return _exchange(self._running[1], source)
            except TimeoutError:
                self._end()
                raise GradingError(
                    f"the process that parses sources has not answered in {_PATIENCE_SECONDS} s: "
                    "this machine is too busy; grade again when it has CPUs to spare"
                ) from None
            except OSError:
                status = self._end()
        if status >= 0:
            raise GradingError(f"the process that parses sources ended with status {status}: run {child.__file__}")
        return None

    def close(self) -> None:
        """End the process, if there is one."""
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
            return process.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    # Isolated and without site-packages: half the time to start, and nothing but the standard library.
    command = [sys.executable, "-I", "-S", "-B", "-W", "ignore", str(Path(child.__file__).resolve())]
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            return subprocess.Popen(
                command, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=subprocess.DEVNULL
            ), ours
        except OSError as error:
            ours.close()
            raise GradingError(f"the process that parses sources cannot be started: {error}") from None


def _exchange(connection: socket.socket, source: bytes) -> bytes:
    """Send a source and return the reply; raise OSError if none comes."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    connection.settimeout(_PATIENCE_SECONDS)
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
    """End the process that parses, until it is next needed."""
    _PARSER.close()


def _renew_after_fork() -> None:
    """Leave the parent's process to the parent: two who ask it at once would get each other's replies."""
    global _PARSER
    _PARSER = _Parser()


os.register_at_fork(after_in_child=_renew_after_fork)
