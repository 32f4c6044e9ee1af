"""Parses Python sources for `source`, in a separate process that sets its own limits before it reads any.

It runs as a script and needs only the standard library. Each request is a source and each reply an outline, both
prefixed with their length. A source that exceeds the limits of time or memory ends this process.
"""

import ast
import hashlib
import json
import math
import resource
import signal
import struct
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

# CPU time per source, and address space. The largest file of ordinary code takes 0.2 s and 120 MiB.
SECONDS: Final = 2
MEMORY: Final = 512 << 20
# Dense code has a node per 3.3 bytes, so 256 KiB of it stay below this limit.
MOST_NODES: Final = 80_000
LENGTH: Final = struct.Struct(">I")
# Values of `problem` for a source without an outline.
NOT_PYTHON: Final = "not-python"
OVER_LIMITS: Final = "over-limits"


class _TooManyNodesError(Exception):
    """The syntax tree is larger than that of any solution."""


def outline(text: str) -> dict[str, object]:
    """Return the outline of a source as plain data: the fields of `grading.submission.source.Outline`."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return {"problem": NOT_PYTHON}
    except Exception:  # noqa: BLE001 - the parser failed: memory, nesting, or an internal error
        return {"problem": OVER_LIMITS}
    try:
        return _outline(tree)
    except (_TooManyNodesError, RecursionError, MemoryError):
        return {"problem": OVER_LIMITS}


def _outline(tree: ast.Module) -> dict[str, object]:
    imports: list[tuple[str, int]] = []
    statements: dict[str, None] = {}
    rest: dict[str, dict[str, int]] = {"names": {}, "attributes": {}, "others": {}}
    blocks: list[dict[str, object]] = []
    left = MOST_NODES
    for statement in tree.body:
        nodes = _nodes(statement, left)
        left -= len(nodes)
        imports += _imports(nodes)
        statements |= dict.fromkeys(_marks(statement, nodes))
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            words: dict[str, dict[str, int]] = {"names": {}, "attributes": {}, "others": {}}
            _add_words(words, nodes)
            blocks.append({"name": statement.name, "line": statement.lineno, "numbers": _numbers(statement), **words})
        else:
            _add_words(rest, nodes)
    return {"imports": imports, "blocks": [*blocks, {"name": "", "line": 1, **rest}], "statements": [*statements]}


def _nodes(statement: ast.stmt, most: int) -> list[ast.AST]:
    found: list[ast.AST] = []
    for node in ast.walk(statement):
        found.append(node)
        if len(found) > most:
            raise _TooManyNodesError
    return found


def _imports(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module, node.lineno


def _add_words(words: dict[str, dict[str, int]], nodes: Iterable[ast.AST]) -> None:
    """Add the first line of each name, attribute, keyword argument and kind of statement."""
    for node in nodes:
        match node:
            case ast.Name(id=word):
                kind = "names"
            case ast.Attribute(attr=word):
                kind = "attributes"
            case ast.keyword(arg=str(word)):
                kind = "others"
            case ast.Break() | ast.Return() | ast.For():
                kind, word = "others", type(node).__name__.lower()
            case _:
                continue
        line: int = node.lineno
        words[kind][word] = min(line, words[kind].get(word, line))


def _numbers(statement: ast.stmt) -> list[tuple[float | str, int]]:
    """Return the numbers in a function's body, without defaults and decorators."""
    if isinstance(statement, ast.ClassDef):
        return []
    body = getattr(statement, "body", [])
    return [
        (_plain(node.value), node.lineno)
        for inner in body
        for node in ast.walk(inner)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
    ]


def _plain(number: float) -> float | str:
    try:
        plain = float(number)
    except OverflowError:
        return "of more than 300 digits"
    return plain if math.isfinite(plain) else str(plain)


# --- Marks: each statement as normalised text ---------------------------------------------------------------------

# Annotations are ignored, and the statements inside a compound statement have their own marks.
_LEFT_OUT: Final = frozenset(
    {"annotation", "returns", "type_comment", "ctx", "body", "orelse", "finalbody", "decorator_list"}
)
_END: Final = object()


def _marks(top: ast.stmt, nodes: Iterable[ast.AST]) -> Iterator[str]:
    if isinstance(top, ast.Import | ast.ImportFrom):
        return
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    for node in nodes:
        if isinstance(node, ast.stmt) and not isinstance(node, ast.Pass):
            yield hashlib.sha256(_text(node, bound).encode()).hexdigest()[:16]


def _text(statement: ast.stmt, bound: set[str]) -> str:
    """Return a statement as text, without recursion because it may be deeply nested."""
    parts: list[str] = []
    waiting: list[object] = [statement]
    while waiting:
        match waiting.pop():
            case end if end is _END:
                parts.append(")")
            case ast.Name(id=name):
                parts.append("_" if name in bound else name)
            case ast.arg():
                parts.append("_")
            case ast.Expr(value=ast.Constant(value=str())):
                parts.append("text")
            case ast.AST() as node:
                parts.append(f"({type(node).__name__}")
                waiting.append(_END)
                shown = [value for name in node._fields if name not in _LEFT_OUT for value in _listed(node, name)]
                waiting += reversed(shown)
            case int() as number:
                parts.append(hex(number))  # Python refuses to format more than 4,300 digits in base ten
            case value:
                parts.append(repr(value))
    return " ".join(parts)


def _listed(node: ast.AST, name: str) -> list[object]:
    value = getattr(node, name, None)
    return value if isinstance(value, list) else [value]


# --- The process --------------------------------------------------------------------------------------------------


def main() -> None:
    """Answer requests from standard input on standard output until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and closes the input
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    while (source := _receive(sys.stdin.buffer)) is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime) + SECONDS)
        reply = _reply(source)
        sys.stdout.buffer.write(LENGTH.pack(len(reply)) + reply)
        sys.stdout.buffer.flush()


def _reply(source: bytes) -> bytes:
    try:
        return json.dumps(outline(source.decode())).encode()
    except MemoryError:
        return json.dumps({"problem": OVER_LIMITS}).encode()


def _receive(stream: BinaryIO) -> bytes | None:
    """Return the next message of a stream, None at its end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()
