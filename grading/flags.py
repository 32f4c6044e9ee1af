"""Static flags: what a reviewer should look at in a submission. They stand beside the score and never change it."""

import ast
import hashlib
import os
import stat
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from grading.model import Flag, History, Manifest

# Numbers that say nothing: signs, halves, squares, empty and whole.
_PLAIN_NUMBERS = frozenset({-1, 0, 1, 2, 0.5, 1e-8, 1e-12})
# What a solution has no use for, and an attempt on the grader does.
_SUSPICIOUS = frozenset(
    {
        *("eval", "exec", "compile", "__import__", "_getframe", "_exit", "settrace", "setprofile", "get_objects"),
        *("system", "__closure__", "cell_contents", "f_back", "f_locals", "tb_frame", "__globals__", "__code__"),
    }
)
_SUSPICIOUS_MODULES = frozenset(
    {"ctypes", "gc", "inspect", "socket", "subprocess", "multiprocessing", "signal", "pytest"}
)
_MAX_FLAGS = 20
_MAX_COMPARED_BYTES = 1 << 20


def in_source(tree: ast.Module, manifest: Manifest) -> list[Flag]:
    """Flag what stands out in the candidate's module."""
    found = [*_imports(tree, manifest), *_numbers(tree), *_accuracy(tree), *_suspicious(tree)]
    return found[:_MAX_FLAGS]


def in_history(history: History) -> list[Flag]:
    """Flag a history that touches more than the candidate's own files."""
    if not history.outside:
        return []
    names = ", ".join(history.outside[:10])
    return [
        Flag(id="files-outside", severity="info", detail=f"commits touch files beside the candidate's own: {names}")
    ]


def edited_files(
    root: Path | None, trusted: Path, manifest: Manifest, handed_out: Callable[[str], Collection[str]]
) -> list[Flag]:
    """Flag files of the handout that are no longer what was handed out; the grader used its own copies.

    Args:
        root: of the submission.
        trusted: the root of the grader's own copies.
        manifest: which files there are.
        handed_out: returns the SHA-256 of a file's other versions, for other levels.
    """
    if root is None or root.resolve() == trusted.resolve():
        return []
    found = []
    for name in (*manifest.given, *manifest.handout):
        theirs = _digest(root / name)
        if theirs is not None and theirs != _digest(trusted / name) and theirs not in handed_out(name):
            found.append(Flag(id="given-file-edited", severity="warning", detail=f"{name} was edited ({theirs:.12})"))
    return found


def modules_to_preload(tree: ast.Module, manifest: Manifest) -> list[str]:
    """Return the modules of the manifest whose packages the candidate's module imports."""
    roots = {name.partition(".")[0] for name, _ in _imported(tree)}
    return [module for package, module in manifest.preload.items() if package in roots]


def _imports(tree: ast.Module, manifest: Manifest) -> Iterator[Flag]:
    allowed = {*manifest.allowed_imports, *sys.stdlib_module_names, manifest.module.partition(".")[0]}
    for name, line in _imported(tree):
        root = name.partition(".")[0]
        if root not in allowed:
            detail = f"imports {root}, which the exercise does not allow"
            yield Flag(id="import-outside-allowed", severity="warning", detail=detail, line=line)
        if root in _SUSPICIOUS_MODULES:
            yield Flag(id="unusual-code", severity="warning", detail=f"imports {root}", line=line)


def _imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module, node.lineno


def _numbers(tree: ast.Module) -> Iterator[Flag]:
    """Numbers in the bodies of functions, defaults and docstrings aside."""
    for function in _functions(tree):
        for node in (inner for statement in function.body for inner in ast.walk(statement)):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, int | float)
                and not isinstance(node.value, bool)
                and node.value not in _PLAIN_NUMBERS
            ):
                detail = f"the number {_short(node.value)} in {function.name}: is it computed elsewhere, or made up?"
                yield Flag(id="hardcoded-number", severity="info", detail=detail, line=node.lineno)


def _short(number: float) -> str:
    try:
        return f"{number:.6g}"
    except OverflowError:
        return "of more than 300 digits"


def _accuracy(tree: ast.Module) -> Iterator[Flag]:
    for node, name in _names(tree):
        if name == "accuracy_score":
            detail = "computes accuracy: as an extra, or as the main metric?"
            yield Flag(id="accuracy-used", severity="info", detail=detail, line=node.lineno)


def _suspicious(tree: ast.Module) -> Iterator[Flag]:
    for node, name in _names(tree):
        # model.compile() or re.compile() are everyday; the bare builtins are not.
        if name in _SUSPICIOUS and not (isinstance(node, ast.Attribute) and name in {"eval", "compile"}):
            yield Flag(id="unusual-code", severity="warning", detail=f"uses {name}", line=node.lineno)


def _names(tree: ast.Module) -> Iterator[tuple[ast.Name | ast.Attribute, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node, node.id
        elif isinstance(node, ast.Attribute):
            yield node, node.attr


def _functions(tree: ast.Module) -> Iterable[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _digest(path: Path) -> str | None:
    """Return a regular file's SHA-256, line endings aside; None if there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with open(descriptor, "rb") as file:
        return hashlib.sha256(file.read(_MAX_COMPARED_BYTES).replace(b"\r\n", b"\n")).hexdigest()
