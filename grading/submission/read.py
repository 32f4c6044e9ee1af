"""Reads a submission: the candidate's own files, with limits, as data. Nothing else of it is looked at.

Regular files only, reached without following a link; the given files of the handout always come from the trusted copy.
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

# Of each file; its text is in the report and on the pages, at up to six bytes for one.
MAX_FILE_BYTES = 128 * 1024
_HEADING = re.compile(r"## {1,9}([0-9]{1,3})\.(.*)", re.DOTALL)
_NAME_LENGTH = 80
_TITLE_LENGTH = 200


@dataclass(frozen=True, kw_only=True)
class LoadedSubmission:
    """A submission as the grader needs it."""

    record: Submission  # for the report
    code: SubmittedCode  # for the sandbox
    preload: tuple[str, ...]  # modules that the candidate imports and that take long


def read_origin(path: Path) -> Origin:
    """Return where a submission came from; raise UsageError if the file does not say it."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Origin)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: is not what 'room fetch' writes: {error}") from None


def read_submission(path: Path, assignment: Assignment, origin: Origin | None = None) -> LoadedSubmission:
    """Read a checkout of a fork, the folder in it that holds the candidate's module, or that module alone.

    Args:
        path: what to read.
        assignment: what it answers.
        origin: where the files came from, if `path` holds nothing but files.

    Raises:
        UsageError: there is nothing at `path` that can be read as a submission.
    """
    manifest = assignment.manifest
    root, source_path = locate(path, manifest.source)
    flagged: list[Flag] = []
    contents = {manifest.source: read_file(source_path), **_read_further(root, assignment, flagged)}
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


def _read_further(root: Path | None, assignment: Assignment, flagged: list[Flag]) -> dict[str, bytes]:
    """Return the other files that were handed in, and add a flag for each that cannot be read."""
    contents: dict[str, bytes] = {}
    for name in assignment.manifest.optional_files:
        if root is not None and os.path.lexists(root / name):
            try:
                content = read_file(root / name)
            except UsageError as error:
                flagged.append(Flag(id="file-unreadable", severity="warning", detail=_printable(str(error))))
                continue
            # As it was handed out, it is no answer.
            if decode(content).text.strip() not in starters(assignment, name):
                contents[name] = content
    return contents


def _read_discussion(root: Path | None, assignment: Assignment, flagged: list[Flag]) -> list[Answer]:
    """Return the discussion's answers, and add a flag if its file cannot be read."""
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
    """Return what stands below each numbered heading of the discussion beyond what the template has there.

    A heading that is there twice continues its answer; a number that the template lacks is no heading.
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
    """Yield what lines hold beyond the template's: an answer may begin on the line that asks for it."""
    starts = tuple(f"{line} " for line in sorted(blank, key=len, reverse=True) if line)
    for line in lines:
        if line.startswith(starts):
            yield line.removeprefix(next(start for start in starts if line.startswith(start))).lstrip()
        elif line not in blank or not line:
            yield line


def _sections(text: str, numbers: Collection[int] | None) -> dict[int, tuple[str, list[str]]]:
    """Return each section's title and lines by its number, which is one of `numbers` if these are given."""
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
    """Return the submission's root, None for a lone file, and the path of its module."""
    name = Path(source).name
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}; give a checkout's folder or an {name}") from None
    if not stat.S_ISDIR(mode):
        if stat.S_ISREG(mode) and path.suffix != ".py":
            raise UsageError(f"{path}: is no Python file; give a checkout's folder or an {name}")
        return None, path
    for root in (path, path.absolute().parent):
        if os.path.lexists(root / source) and (root == path or path.name == Path(source).parent.name):
            if (root / Path(source).parent).is_symlink():
                raise UsageError(f"{root / Path(source).parent}: is a link; a submission holds the folder itself")
            return root, root / source
    files = " (its .py files one by one, each a submission?)" if any(path.glob("*.py")) else ""
    raise UsageError(f"{path}: holds no {source}; give the root of a checkout, or an {name}{files}")


def read_file(path: Path) -> bytes:
    """Return a file of a submission; raise UsageError if it is no regular file, is too large, or cannot be read."""
    content = read_regular_file(path, MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise UsageError(f"{path}: is larger than {MAX_FILE_BYTES // 1024} KiB, the most that is read")
    return content


def _refusal(decoded: Decoded) -> bytes:
    """Return a module that stands in for one in an encoding that is not read: a syntax error that says so."""
    if not decoded.encoding:
        return b""
    message = f"the encoding {decoded.encoding} is not read; save the file as UTF-8"
    return f"raise SyntaxError({message!r})\n".encode()


def own_name(path: Path, source: str) -> str:
    """Return what a submission is called: its folder or file, or the folder around it where that says more.

    The module and its folder have the same name in every submission, and a review sheet is for one candidate.

    Args:
        path: the submission.
        source: the candidate's main file in a checkout, as the manifest has it.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - unlike Path.absolute(), this resolves `..` by name
    stem = absolute.stem if absolute.suffix == ".py" else absolute.name
    everybodys = (Path(source).stem, Path(source).parent.name, "")
    return next((name for name in (stem, *(up.name for up in absolute.parents)) if name not in everybodys), stem)


def _printable(text: str) -> str:
    """Return a text that can be written as UTF-8: the name of a file or folder need not be one."""
    return "".join(c if c.isprintable() else "?" for c in text)
