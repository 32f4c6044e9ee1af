"""Reads the candidate's own files of a submission, as data and with limits. No other file is read.

Only regular files are read, without following links; provided files of the handout always come from the trusted copy.
"""

import os
import re
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grading.content.load import Assignment
from grading.errors import UsageError, reason
from grading.files import read_regular_file
from grading.handout.templates import blank_discussion, handed_out, starters
from grading.sandbox.calls import SubmittedCode
from grading.submission import flags
from grading.submission.history import read_history
from grading.submission.records import Answer, Flag, Origin, Submission
from grading.submission.source import Decoded, decode, outline

# Limit per file; its text is in the report and on the pages, where one byte takes up to six.
MAX_FILE_BYTES = 128 * 1024
_HEADING = re.compile(r"## {1,9}([0-9]{1,3})\.(.*)", re.DOTALL)
_NAME_LENGTH = 80
_TITLE_LENGTH = 200


@dataclass(frozen=True, kw_only=True)
class LoadedSubmission:
    """A submission that has been read, ready for grading."""

    record: Submission  # stored in the report
    code: SubmittedCode  # run in the sandbox
    preload: tuple[str, ...]  # slow modules that the candidate imports


def read_origin(path: Path) -> Origin:
    """Return the origin of a submission; raise UsageError if the file is invalid."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Origin)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not an origin.json of 'room fetch': {error}") from None


def read_submission(path: Path, assignment: Assignment, origin: Origin | None = None) -> LoadedSubmission:
    """Read a submission: a checkout of a fork, the folder in it with the candidate's module, or only that module.

    Args:
        path: the submission.
        assignment: the assignment that it answers.
        origin: the origin of the files, if `path` is not a checkout.

    Raises:
        UsageError: there is nothing at `path` that can be read as a submission.
    """
    manifest = assignment.manifest
    root, source_path = locate(path, manifest.source)
    flagged: list[Flag] = []
    contents = {manifest.source: read_file(source_path), **_read_optional_files(root, assignment, flagged)}
    answers = _read_discussion(root, assignment, flagged)
    if origin is None:
        history, commit = read_history(root, manifest, assignment.root)
    else:
        history, commit = origin.history, origin.commit
    decoded = {name: decode(content) for name, content in contents.items()}
    outlines = {name: outline(file.text) for name, file in decoded.items()}
    flagged += flags.in_source(outlines[manifest.source], manifest) + flags.in_history(history)
    for name, file in decoded.items():
        flagged += flags.unread(name, file, outlines[name])
    flagged += flags.edited_files(root, assignment.root, manifest, lambda name: handed_out(assignment, name))
    provided = {name: (assignment.root / name).read_bytes() for name in manifest.provided}
    theirs = {name: _refusal(decoded[name]) or content for name, content in contents.items()}
    imported = (module for found in outlines.values() for module in flags.modules_to_preload(found, manifest))
    return LoadedSubmission(
        record=Submission(
            name=_printable(own_name(path, manifest.source) or "submission")[:_NAME_LENGTH]
            if origin is None
            else origin.name,
            commit=commit,
            source=decoded[manifest.source].text,
            optional_files={name: file.text for name, file in decoded.items() if name != manifest.source},
            answers=answers,
            flags=sorted(flagged, key=lambda flag: (flag.line or 0, flag.id)),
            history=history,
        ),
        code=SubmittedCode(module=manifest.module, files={**provided, **theirs}),
        preload=tuple(dict.fromkeys(imported)),
    )


def _read_optional_files(root: Path | None, assignment: Assignment, flagged: list[Flag]) -> dict[str, bytes]:
    """Return the submitted optional files, and add a flag for each that cannot be read."""
    contents: dict[str, bytes] = {}
    for name in assignment.manifest.optional_files:
        if root is not None and os.path.lexists(root / name):
            try:
                content = read_file(root / name)
            except UsageError as error:
                flagged.append(Flag(id="file-unreadable", severity="warning", detail=_printable(str(error))))
                continue
            # An unchanged starter is not a submission.
            if decode(content).text.strip() not in starters(assignment, name):
                contents[name] = content
    return contents


def _read_discussion(root: Path | None, assignment: Assignment, flagged: list[Flag]) -> list[Answer]:
    """Return the answers to the discussion, and add a flag if the file cannot be read."""
    name = assignment.manifest.discussion
    if name is None or root is None or not os.path.lexists(path := root / name):
        return []
    try:
        text = read_file(path).decode(errors="replace")
    except UsageError as error:
        flagged.append(Flag(id="discussion-unreadable", severity="warning", detail=_printable(str(error))))
        return []
    return read_answers(text, blank_discussion(assignment))


def read_answers(text: str, template: str) -> list[Answer]:
    """Return the text below each numbered heading of the discussion, without the template's text.

    A repeated heading continues its answer; a number that is not in the template is not a heading.
    """
    questions = _sections(template, None)
    answers = _sections(text, questions.keys())
    return [
        Answer(
            number=number,
            title=title,
            text="\n".join(_own_lines(lines, blank)).strip(),
        )
        for number, (title, lines) in answers.items()
        for blank in (set(questions[number][1]),)
    ]


def _own_lines(lines: Iterable[str], blank: Collection[str]) -> Iterator[str]:
    """Yield the lines without the template's text: an answer may begin on the line of the prompt."""
    starts = tuple(f"{line} " for line in sorted(blank, key=len, reverse=True) if line)
    for line in lines:
        if line.startswith(starts):
            yield line.removeprefix(next(start for start in starts if line.startswith(start))).lstrip()
        elif line not in blank or not line:
            yield line


def _sections(text: str, numbers: Collection[int] | None) -> dict[int, tuple[str, list[str]]]:
    """Return each section's title and lines by number; with `numbers`, only these sections."""
    sections: dict[int, tuple[str, list[str]]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading and (numbers is None or int(heading[1]) in numbers):
            _, lines = sections.setdefault(int(heading[1]), (heading[2].strip()[:_TITLE_LENGTH], []))
        else:
            lines.append(line.rstrip())
    return sections


def locate(path: Path, source: str) -> tuple[Path | None, Path]:
    """Return the submission's root, None for a single file, and the path of its module."""
    name = Path(source).name
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}; use a checkout's folder or an {name}") from None
    if not stat.S_ISDIR(mode):
        if stat.S_ISREG(mode) and path.suffix != ".py":
            raise UsageError(f"{path}: is not a Python file; use a checkout's folder or an {name}")
        return None, path
    for root in (path, path.absolute().parent):
        if os.path.lexists(root / source) and (root == path or path.name == Path(source).parent.name):
            if (root / Path(source).parent).is_symlink():
                raise UsageError(f"{root / Path(source).parent}: is a link; replace it by the folder itself")
            return root, root / source
    files = " (to grade each .py file as a submission, pass the files)" if any(path.glob("*.py")) else ""
    raise UsageError(f"{path}: contains no {source}; use the root of a checkout, or an {name}{files}")


def read_file(path: Path) -> bytes:
    """Return a file of a submission; raise UsageError if it is not a regular file, is too large, or cannot be read."""
    content = read_regular_file(path, MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise UsageError(f"{path}: is larger than {MAX_FILE_BYTES // 1024} KiB, the size limit")
    return content


def _refusal(decoded: Decoded) -> bytes:
    """Return a replacement for a module in an unsupported encoding: it raises a SyntaxError that names the encoding."""
    if not decoded.encoding:
        return b""
    message = f"the encoding {decoded.encoding} is not supported; save the file as UTF-8"
    return f"raise SyntaxError({message!r})\n".encode()


def own_name(path: Path, source: str) -> str:
    """Return a submission's name: the first specific name among the file or folder and its parents.

    The module and its folder have the same name in every submission, so they do not identify a candidate.

    Args:
        path: the submission.
        source: the candidate's main file in a checkout, as in the manifest.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - unlike Path.absolute(), this resolves `..` by name
    stem = absolute.stem if absolute.suffix == ".py" else absolute.name
    common_names = (Path(source).stem, Path(source).parent.name, "")
    return next((name for name in (stem, *(up.name for up in absolute.parents)) if name not in common_names), stem)


def _printable(text: str) -> str:
    """Return a text that can be encoded as UTF-8, since file names may not be valid UTF-8."""
    return "".join(c if c.isprintable() else "?" for c in text)
