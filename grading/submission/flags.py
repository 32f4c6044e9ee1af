"""Static flags for the reviewer of a submission. They never change the score."""

import hashlib
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from grading.content.records import Manifest
from grading.errors import UsageError
from grading.files import read_regular_file
from grading.submission.records import Flag, History
from grading.submission.source import Decoded, Outline

# Names that a solution does not need and an attack on the grader may use.
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
_MAX_NAME = 60
_MAX_COMPARED_BYTES = 1 << 20


def in_source(outline: Outline, manifest: Manifest) -> list[Flag]:
    """Flag unusual code in the candidate's module."""
    found = [
        *_imports(outline, manifest),
        *_suspicious(outline),
        *_numbers(outline, manifest),
        *_noted_names(outline, manifest),
    ]
    # Flags of many numbers must not hide a possible attack on the grader.
    return sorted(found, key=lambda flag: flag.severity != "warning")[:_MAX_FLAGS]


def unread(name: str, decoded: Decoded, outline: Outline) -> list[Flag]:
    """Flag a file that the grader cannot decode or parse.

    Args:
        name: the file's name.
        decoded: the file's text.
        outline: the outline of the text.
    """
    if decoded.encoding:
        detail = f"{name} is in the encoding {decoded.encoding}, which is not supported, so nothing in it was run"
        return [Flag(id="source-encoding", severity="warning", detail=detail)]
    if outline.is_over_limits:
        detail = (
            f"{name} is too large or too deeply nested to be analysed, so it has no other flags and no line numbers"
        )
        return [Flag(id="source-over-limits", severity="warning", detail=detail)]
    return []


def in_history(history: History) -> list[Flag]:
    """Flag a history with changes to files other than the candidate's own."""
    if not history.outside:
        return []
    names = ", ".join(history.outside[:10])
    return [
        Flag(
            id="files-outside", severity="info", detail=f"commits change files other than the candidate's own: {names}"
        )
    ]


def edited_files(
    root: Path | None, trusted: Path, manifest: Manifest, handed_out: Callable[[str], Collection[str]]
) -> list[Flag]:
    """Flag edited files of the handout; the grader used its own copies.

    Args:
        root: the submission's root.
        trusted: the root of the trusted copies.
        manifest: the manifest, which lists the files.
        handed_out: returns the SHA-256 of a file's versions at other levels.
    """
    if root is None or root.resolve() == trusted.resolve():
        return []
    found = []
    for name in (*manifest.provided, *manifest.handout):
        digest = _digest(root / name)
        if digest is not None and digest != _digest(trusted / name) and digest not in handed_out(name):
            found.append(Flag(id="given-file-edited", severity="warning", detail=f"{name} was edited ({digest:.12})"))
    return found


def modules_to_preload(outline: Outline, manifest: Manifest) -> list[str]:
    """Return the manifest's modules to preload for the packages that the candidate's module imports."""
    roots = {name.partition(".")[0] for name, _ in outline.imports}
    return [module for package, module in manifest.preload.items() if package in roots]


def _imports(outline: Outline, manifest: Manifest) -> Iterator[Flag]:
    allowed = {*manifest.allowed_imports, *sys.stdlib_module_names, manifest.module.partition(".")[0]}
    for name, line in outline.imports:
        root = name.partition(".")[0]
        if root not in allowed:
            detail = f"imports {root[:_MAX_NAME]}, which the exercise does not allow"
            yield Flag(id="import-outside-allowed", severity="warning", detail=detail, line=line)
        if root in _SUSPICIOUS_MODULES:
            yield Flag(id="unusual-code", severity="warning", detail=f"imports {root}", line=line)


def _numbers(outline: Outline, manifest: Manifest) -> Iterator[Flag]:
    """Flag numbers in the bodies of functions, without defaults."""
    if manifest.plain_numbers is None:
        return
    for block in outline.blocks:
        for number, line in block.numbers:
            if number not in manifest.plain_numbers:
                text = number if isinstance(number, str) else f"{number:.6g}"
                detail = f"the number {text} in {block.name[:_MAX_NAME]}: computed elsewhere, or invented?"
                yield Flag(id="hardcoded-number", severity="info", detail=detail, line=line)


def _noted_names(outline: Outline, manifest: Manifest) -> Iterator[Flag]:
    for block in outline.blocks:
        for words in (block.names, block.attributes):
            for noted in manifest.noted_names:
                if noted.name in words:
                    yield Flag(id=noted.flag, severity="info", detail=noted.detail, line=words[noted.name])


def _suspicious(outline: Outline) -> Iterator[Flag]:
    for block in outline.blocks:
        # model.compile() and re.compile() are common; the bare builtins are not.
        for words, names in ((block.names, _SUSPICIOUS), (block.attributes, _SUSPICIOUS - {"eval", "compile"})):
            for name in sorted(names & words.keys()):
                yield Flag(id="unusual-code", severity="warning", detail=f"uses {name}", line=words[name])


def _digest(path: Path) -> str | None:
    """Return a regular file's SHA-256 with normalised line endings; None if there is no such file."""
    try:
        content = read_regular_file(path, _MAX_COMPARED_BYTES)
    except UsageError:
        return None
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
