"""A client for the GitHub REST and GraphQL calls that the sealed flow makes."""

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
# Over the rate limit GitHub answers 403 or 429 with the time to wait. The request had no effect, so a retry is safe.
_TOO_FAST: Final = frozenset({403, 429})
_DOWN: Final = frozenset({500, 502, 503, 504})
_ATTEMPTS: Final = 6
# Seconds. A job must not sleep for an hour because of a header: the sweep requests grading again.
_LONGEST_WAIT: Final = 60
_TIMEOUT: Final = urllib3.Timeout(connect=10, read=30)
_MAX_BYTES: Final = 8 << 20
PREFIX: Final = "room-"
# Only repositories with this prefix are accessed, whatever the token permits.
_ROOM = re.compile(PREFIX + r"[a-z0-9][a-z0-9-]{0,60}\Z")
_OWNER = re.compile(r"[A-Za-z0-9-]{1,39}\Z")
_SHA = re.compile(r"[0-9a-f]{40}\Z")


class GitHubError(GradingError):
    """A GitHub call failed."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class GradingRequest:
    """A request to grade one commit of a pull request in a room. It is untrusted, so each field is validated."""

    owner: str
    room: str
    pull_request: int
    sha: str

    def __post_init__(self) -> None:
        """Raise UsageError unless every field is well-formed."""
        for what, value, form in (("owner", self.owner, _OWNER), ("room", self.room, _ROOM), ("SHA", self.sha, _SHA)):
            if not form.match(value):
                raise UsageError(f"{what} {value!r}: does not match {form.pattern}")

    @property
    def repository(self) -> str:
        """The room's path in the API."""
        return f"/repos/{self.owner}/{self.room}"

    @property
    def pull(self) -> str:
        """The pull request's path in the API."""
        return f"{self.repository}/pulls/{self.pull_request}"


class GitHub:
    """A GitHub API client with one token."""

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
            raise UsageError(f"the environment variable {variable} is not set; set it to a GitHub token")
        return cls(token, os.environ.get("GITHUB_API_URL") or _PUBLIC)

    def get(self, path: str, kind: type[_T]) -> _T:
        """Return the object at a path."""
        return self._decode(path, self._send("GET", path, None, _TOO_FAST | _DOWN), kind)

    def pages(self, path: str, kind: type[_T], *, most: int) -> Iterator[_T]:
        """Yield up to `most` entries of a paginated list."""
        yielded = 0
        for number in range(1, most // _PAGE + 2):
            page = self.get(f"{path}?per_page={_PAGE}&page={number}", list[kind])  # type: ignore[valid-type]
            for entry in page[: most - yielded]:
                yielded += 1
                yield entry
            if len(page) < _PAGE or yielded >= most:
                return

    def put(self, method: str, path: str, body: object) -> None:
        """Send an idempotent change; it may be sent twice."""
        self._send(method, path, body, _TOO_FAST | _DOWN)

    def create(self, path: str, body: object) -> None:
        """Create an object that must not exist twice; raise if it is unknown whether the request took effect."""
        self._send("POST", path, body, _TOO_FAST)

    def query(self, text: str, variables: dict[str, Any], kind: type[_T]) -> _T:
        """Return the data of a GraphQL query."""
        body = {"query": text, "variables": variables}
        found = self._decode("/graphql", self._send("POST", "/graphql", body, _TOO_FAST | _DOWN), dict[str, Any])
        if found.get("errors"):
            raise GitHubError(f"GitHub, /graphql: {str(found['errors'])[:300]}")
        return msgspec.convert(found.get("data"), kind)

    def _send(self, method: str, path: str, body: object, retry_statuses: frozenset[int]) -> bytes:
        retries = urllib3.Retry(
            total=_ATTEMPTS,
            read=_ATTEMPTS if retry_statuses >= _DOWN else 0,
            redirect=False,
            allowed_methods=None,
            status_forcelist=retry_statuses,
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
            raise GitHubError(f"GitHub, {method} {path}: {answer.status} {_error_message(text)}", answer.status)
        return text

    def _decode(self, path: str, text: bytes, kind: type[_T]) -> _T:
        try:
            return msgspec.json.decode(text, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise GitHubError(f"GitHub, {path}: invalid answer: {error}") from None


def _error_message(text: bytes) -> str:
    try:
        return str(msgspec.json.decode(text)["message"])[:200]
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):
        return ""
