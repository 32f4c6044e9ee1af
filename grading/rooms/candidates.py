"""Reads the list of candidates: a CSV with the columns id and login, and level where candidates differ."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from grading.errors import UsageError, reason
from grading.rooms.github import PREFIX

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\Z")
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\Z")
_REQUIRED = {"id", "login"}
_KNOWN = _REQUIRED | {"level"}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A candidate who gets a room."""

    id: str  # chosen by the hiring team; part of the room's name
    login: str  # GitHub account
    level: str

    @property
    def room(self) -> str:
        """The name of the candidate's room."""
        return PREFIX + self.id


def read_candidates(path: Path, level: str) -> list[Candidate]:
    """Return the candidates in a file; `level` applies to candidates without a level of their own.

    Raises:
        UsageError: the file cannot be read, or a line of it is wrong.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            columns = set(reader.fieldnames or ())
            rows = [(reader.line_num, {k: (v or "").strip() for k, v in row.items() if k}) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read: {reason(error)}") from None
    if not columns >= _REQUIRED or not columns <= _KNOWN:
        raise UsageError(f"{path}: the first line must be 'id,login' or 'id,login,level'")
    candidates = [_candidate(f"{path}:{line}", row, level) for line, row in rows]
    seen: set[str] = set()
    for (line, _), candidate in zip(rows, candidates, strict=True):
        if candidate.id in seen:
            raise UsageError(f"{path}:{line}: id {candidate.id!r} is a duplicate; give each candidate a unique id")
        seen.add(candidate.id)
    if not candidates:
        raise UsageError(f"{path}: contains no candidate")
    return candidates


def _candidate(where: str, row: dict[str, str], level: str) -> Candidate:
    if not _ID.match(row["id"]):
        raise UsageError(f"{where}: id {row['id']!r}: use only lower-case letters, digits and hyphens")
    if not _LOGIN.match(row["login"]):
        raise UsageError(f"{where}: login {row['login']!r}: is not a GitHub account name")
    return Candidate(id=row["id"], login=row["login"], level=row.get("level") or level)
