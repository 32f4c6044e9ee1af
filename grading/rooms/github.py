"""A client for the few calls of GitHub's REST and GraphQL interfaces that the sealed flow makes."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec
import urllib3

from grading.errors import GradingError, UsageError

_T = TypeVar("_T")
_PUBLIC: Final = "https://api.github.com"
_PAGE: Final = 100
# GitHub answers 403 or 429 when asked too fast, and then says when to come back; none of these has done anything.
_TOO_FAST: Final = frozenset({403, 429})
_DOWN: Final = frozenset({500, 502, 503, 504})
_ATTEMPTS: Final = 6
# Seconds. A job must not sleep for an hour because a header says so: the sweep asks again.
_LONGEST_WAIT: Final = 60
_TIMEOUT: Final = urllib3.Timeout(connect=10, read=30)
_MAX_BYTES: Final = 8 << 20
PREFIX: Final = "room-"
# No other repository is ever touched, whatever the token may do.
_ROOM = re.compile(PREFIX + r"[a-z0-9][a-z0-9-]{0,60}\Z")
_OWNER = re.compile(r"[A-Za-z0-9-]{1,39}\Z")
_SHA = re.compile(r"[0-9a-f]{40}\Z")


class GitHubError(GradingError):
    """GitHub did not do what was asked of it."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One commit of a pull request in a room, to be graded. Whoever asks is not trusted: each part is checked."""

    owner: str
    room: str
    pull_request: int
    sha: str

    def __post_init__(self) -> None:
        """Raise UsageError unless every part has the form that GitHub gives it."""
        for what, value, form in (("owner", self.owner, _OWNER), ("room", self.room, _ROOM), ("SHA", self.sha, _SHA)):
            if not form.match(value):
                raise UsageError(f"{what} {value!r}: is not of the form {form.pattern}")

    @property
    def repository(self) -> str:
        """The room's path in the interface."""
        return f"/repos/{self.owner}/{self.room}"

    @property
    def pull(self) -> str:
        """The pull request's path in the interface."""
        return f"{self.repository}/pulls/{self.pull_request}"


class GitHub:
    """GitHub's interface, with one token."""

    def __init__(self, token: str, url: str, *, backoff: float = 1.0) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
        self._headers |= {"User-Agent": "take-home-grader", "X-GitHub-Api-Version": "2022-11-28"}
        self._backoff = backoff
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT)

    @classmethod
    def from_environment(cls, variable: str) -> "GitHub":
        """Return a client with the token in an environment variable, for the runner's GitHub.

        Raises:
            UsageError: the variable is not set.
        """
        token = os.environ.get(variable, "")
        if not token:
            raise UsageError(f"the environment variable {variable} is not set: it holds a GitHub token")
        return cls(token, os.environ.get("GITHUB_API_URL") or _PUBLIC)

    def get(self, path: str, kind: type[_T]) -> _T:
        """Return what lies at a path."""
        return self._decode(path, self._send("GET", path, None, _TOO_FAST | _DOWN), kind)

    def pages(self, path: str, kind: type[_T], *, most: int) -> Iterator[_T]:
        """Yield the entries of a list that comes in pages, `most` of them at most."""
        yielded = 0
        for number in range(1, most // _PAGE + 2):
            page = self.get(f"{path}?per_page={_PAGE}&page={number}", list[kind])  # type: ignore[valid-type]
            for entry in page[: most - yielded]:
                yielded += 1
                yield entry
            if len(page) < _PAGE or yielded >= most:
                return

    def put(self, method: str, path: str, body: object) -> None:
        """Change something; may be sent twice, so it must be a change that is the same the second time."""
        self._send(method, path, body, _TOO_FAST | _DOWN)

    def create(self, path: str, body: object) -> None:
        """Make something that must not be there twice: after an answer from which that cannot be told, raise."""
        self._send("POST", path, body, _TOO_FAST)

    def query(self, text: str, variables: dict[str, Any], kind: type[_T]) -> _T:
        """Return the data of a GraphQL query."""
        body = {"query": text, "variables": variables}
        found = self._decode("/graphql", self._send("POST", "/graphql", body, _TOO_FAST | _DOWN), dict[str, Any])
        if found.get("errors"):
            raise GitHubError(f"GitHub, /graphql: {str(found['errors'])[:300]}")
        return msgspec.convert(found.get("data"), kind)

    def _send(self, method: str, path: str, body: object, again_after: frozenset[int]) -> bytes:
        retries = urllib3.Retry(
            total=_ATTEMPTS,
            read=_ATTEMPTS if again_after >= _DOWN else 0,
            redirect=False,
            allowed_methods=None,
            status_forcelist=again_after,
            backoff_factor=self._backoff,
            backoff_max=_LONGEST_WAIT,
            backoff_jitter=self._backoff,
            retry_after_max=_LONGEST_WAIT,
            raise_on_status=False,
        )
        try:
            answer = self._pool.request(
                method,
                self._url + path,
                body=None if body is None else msgspec.json.encode(body),
                headers=self._headers,
                retries=retries,
                preload_content=False,
            )
            text: bytes = answer.read(_MAX_BYTES)
            answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise GitHubError(f"GitHub, {method} {path}: no answer ({type(error).__name__})") from None
        if answer.status >= 300:
            raise GitHubError(f"GitHub, {method} {path}: {answer.status} {_said(text)}", answer.status)
        return text

    def _decode(self, path: str, text: bytes, kind: type[_T]) -> _T:
        try:
            return msgspec.json.decode(text, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise GitHubError(f"GitHub, {path}: an answer that cannot be read: {error}") from None


def _said(text: bytes) -> str:
    try:
        return str(msgspec.json.decode(text)["message"])[:200]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        return ""
