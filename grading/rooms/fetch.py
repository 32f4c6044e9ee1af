"""Copies the candidate's own files of one commit from a room, as data: without git, links, hooks or filters.

This job has a token and runs no candidate code; the job that runs candidate code has no token.
"""

import base64
import binascii
import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from grading.content.load import Assignment
from grading.errors import ContentError, UsageError
from grading.files import write_atomically
from grading.handout.templates import ROOM_FILE
from grading.rooms.answer import set_pending
from grading.rooms.github import GitHub, GitHubError, GradingRequest
from grading.submission.level import parse_level
from grading.submission.read import MAX_FILE_BYTES
from grading.submission.records import MAX_OUTSIDE, MAX_SUBJECT, Commit, History, Origin

SUBMISSION, ORIGIN = "submission", "origin.json"
_MAX_COMMITS = 250
_MAX_FILES = 300
_REGULAR = frozenset({"100644", "100755"})


class _Repository(Struct):
    full_name: str
    default_branch: str


class _Base(Struct):
    repo: _Repository


class _Head(Struct):
    sha: str


class Pull(Struct):
    """The needed fields of a pull request."""

    state: str
    head: _Head
    base: _Base


class _Entry(Struct):
    path: str
    mode: str
    type: str
    sha: str
    size: int = 0


class _Tree(Struct):
    tree: list[_Entry]


class _Blob(Struct):
    content: str
    encoding: str


class _Person(Struct):
    date: datetime.datetime


class _GitCommit(Struct):
    message: str
    committer: _Person


class _Commit(Struct):
    sha: str
    commit: _GitCommit


class _File(Struct):
    filename: str


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """The result of a request."""

    current: bool  # False: the commit is not, or no longer, the one to grade
    level: str = ""
    problem: str = ""  # the reason why there is nothing to run, for the candidate


def fetch(github: GitHub, request: GradingRequest, assignment: Assignment, out: Path) -> Fetched:
    """Write `submission/` and `origin.json` into `out`, if the commit is the head of an open pull request of the room.

    Raises:
        GitHubError: GitHub did not answer, or sent an invalid answer.
        ContentError: the room's `room.toml` is invalid.
    """
    pull = github.get(request.pull, Pull)
    if pull.base.repo.full_name.lower() != f"{request.owner}/{request.room}".lower():
        raise GitHubError(f"{request.pull}: the pull request belongs to {pull.base.repo.full_name}")
    if pull.state != "open" or pull.head.sha != request.sha:
        return Fetched(current=False)
    set_pending(github, request)
    level = _level(github, request, pull.base.repo.default_branch, assignment)
    manifest = assignment.manifest
    files: dict[Path, bytes] = {}
    problems: dict[str, str] = {}
    for name in manifest.own_files:
        found = _file(github, request, request.sha, name)
        if isinstance(found, str):
            problems[name] = f"{name}: {found}"
        else:
            files[out / SUBMISSION / name] = found
    history = _history(github, request, manifest.own_files)
    origin = Origin(name=request.room, commit=request.sha, history=history, problem=problems.get(manifest.source, ""))
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
    (out / SUBMISSION).mkdir(parents=True, exist_ok=True)
    for path, content in files.items():
        path.write_bytes(content)
    write_atomically({out / ORIGIN: msgspec.json.format(msgspec.json.encode(origin)).decode() + "\n"})
    return Fetched(current=True, level=level, problem=origin.problem)


def _level(github: GitHub, request: GradingRequest, branch: str, assignment: Assignment) -> str:
    """Return the level in the room's default branch, which a candidate can only read."""
    found = _file(github, request, branch, ROOM_FILE)
    where = f"{request.owner}/{request.room}, {ROOM_FILE}"
    if isinstance(found, str):
        raise ContentError(f"{where}: {found}; create the room again with 'room create'")
    try:
        return parse_level(found, where, assignment)
    except UsageError as error:
        raise ContentError(str(error)) from None


def _file(github: GitHub, request: GradingRequest, revision: str, name: str) -> bytes | str:
    """Return a regular file's content, or a text with the reason why there is none."""
    entries = github.get(f"{request.repository}/git/trees/{revision}", _Tree).tree
    *folders, last = name.split("/")
    for folder in folders:
        inside = next((entry for entry in entries if entry.path == folder), None)
        if inside is None or inside.type != "tree":
            return "not found" if inside is None else f"{folder} is not a folder"
        entries = github.get(f"{request.repository}/git/trees/{inside.sha}", _Tree).tree
    entry = next((entry for entry in entries if entry.path == last), None)
    if entry is None:
        return "not found"
    if entry.type != "blob" or entry.mode not in _REGULAR:
        return "is not a regular file"
    if entry.size > MAX_FILE_BYTES:
        return f"is larger than {MAX_FILE_BYTES // 1024} KiB, the size limit"
    blob = github.get(f"{request.repository}/git/blobs/{entry.sha}", _Blob)
    try:
        return base64.b64decode(blob.content) if blob.encoding == "base64" else blob.content.encode()
    except binascii.Error:
        raise GitHubError(f"{request.repository}/git/blobs/{entry.sha}: is not base64") from None


def _history(github: GitHub, request: GradingRequest, own: Iterable[str]) -> History:
    found = list(github.pages(f"{request.pull}/commits", _Commit, most=_MAX_COMMITS))
    outside = {file.filename for file in github.pages(f"{request.pull}/files", _File, most=_MAX_FILES)}.difference(own)
    if not found:
        return History(commits=[], minutes=0, outside=[], note="no commits")
    first = found[0].commit.committer.date
    commits = [
        Commit(
            sha=entry.sha,
            minute=int((entry.commit.committer.date - first).total_seconds() // 60),
            subject=entry.commit.message.partition("\n")[0][:MAX_SUBJECT],
        )
        for entry in found
    ]
    names = sorted(outside)[:MAX_OUTSIDE]
    return History(commits=commits, minutes=max(0, commits[-1].minute), outside=names)
