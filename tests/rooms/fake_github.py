"""The parts of the GitHub API that the sealed flow uses, on 127.0.0.1, with real git repositories.

A token lists its permissions, in the format of the stub of create-github-app-token. A call that its token does not
permit gets the status 403, so the workflows must ask for every permission that they need.
"""

import base64
import json
import re
import subprocess
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Answer = tuple[int, Any]


@dataclass
class FakeGitHub:
    """A room with one fork and one pull request, which has number 1."""

    owner: str
    room: str
    upstream: Path  # the room's bare repository
    fork: Path  # the candidate's bare repository
    state: str = "open"
    statuses: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    dispatches: list[dict[str, Any]] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)  # titles of waiting runs
    # Error statuses for the next calls, before any call succeeds.
    troubles: list[int] = field(default_factory=list)
    # Create the next comment, but answer with status 500.
    lies_once: bool = False
    # Called after each answer with its method and path, so that a test can change something in between.
    after: Callable[[str, str], None] = lambda *_: None
    calls: list[tuple[str, str, int]] = field(default_factory=list)

    def __enter__(self) -> "FakeGitHub":
        """Start the server."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Return the address of the server."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def head(self) -> str:
        """Return the head commit of the pull request."""
        return self._git(self.fork, "rev-parse", "refs/heads/main").strip()

    def answer(self, method: str, path: str, token: str, body: Any) -> Answer:
        """Return status and body of the answer to a call."""
        if self.troubles:
            return self.troubles.pop(0), {"message": "not now"}
        plain = urllib.parse.urlparse(path).path
        for pattern, verb, needs, do in self._routes():
            if verb == method and (found := re.fullmatch(pattern, plain)):
                if not _allows(token, needs, self.room):
                    return 403, {"message": f"token {token!r} does not allow {needs}"}
                return do(*found.groups(), **({"body": body} if method != "GET" else {}))
        return 404, {"message": f"no such thing: {method} {plain}"}

    def _routes(self) -> list[tuple[str, str, str, Callable[..., Answer]]]:
        room = f"/repos/{self.owner}/{self.room}"
        grader = f"/repos/{self.owner}/grader/actions/workflows/grade.yml/dispatches"
        return [
            (f"{room}/pulls/1", "GET", "pull-requests=read", self._pull),
            (f"{room}/pulls/1/commits", "GET", "pull-requests=read", self._commits),
            (f"{room}/pulls/1/files", "GET", "pull-requests=read", self._files),
            (f"{room}/git/trees/([^/]+)", "GET", "contents=read", self._tree),
            (f"{room}/git/blobs/([0-9a-f]+)", "GET", "contents=read", self._blob),
            (f"{room}/statuses/([0-9a-f]+)", "POST", "statuses=write", self._set_status),
            (f"{room}/commits/([0-9a-f]+)/statuses", "GET", "statuses=read", self._get_statuses),
            (f"{room}/issues/1/comments", "GET", "pull-requests=read", lambda: (200, self.comments)),
            (f"{room}/issues/1/comments", "POST", "pull-requests=write", self._make_comment),
            (f"{room}/issues/comments/(\\d+)", "PATCH", "pull-requests=write", self._edit_comment),
            (grader, "POST", "dispatch", self._dispatch),
            (grader.replace("dispatches", "runs"), "GET", "dispatch", self._runs),
            ("/graphql", "POST", "statuses=read", self._graphql),
        ]

    def _git(self, folder: Path, *arguments: str) -> str:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=True)
        return done.stdout.decode(errors="replace")

    def _holder(self, revision: str) -> Path:
        """Return the repository that has a revision: room and fork share objects, but not branches."""
        known = subprocess.run(["git", "-C", str(self.upstream), "cat-file", "-e", revision], capture_output=True)
        return self.upstream if known.returncode == 0 else self.fork

    def _first(self) -> str:
        """Return the root commit of the fork."""
        return self._git(self.fork, "rev-list", "--max-parents=0", "main").strip()

    def _pull(self) -> Answer:
        base = {"repo": {"full_name": f"{self.owner}/{self.room}", "default_branch": "main"}}
        return 200, {"number": 1, "state": self.state, "head": {"sha": self.head}, "base": base}

    def _commits(self) -> Answer:
        base = self._first()
        log = self._git(self.fork, "log", "--reverse", "--format=%H%x00%cI%x00%s", f"{base}..main")
        found = [line.split("\0") for line in log.splitlines()]
        return 200, [
            {"sha": sha, "commit": {"message": text, "committer": {"date": date}}} for sha, date, text in found
        ]

    def _files(self) -> Answer:
        base = self._first()
        return 200, [
            {"filename": name} for name in self._git(self.fork, "diff", "--name-only", base, "main").splitlines()
        ]

    def _tree(self, revision: str) -> Answer:
        entries = []
        for line in self._git(self._holder(revision), "ls-tree", "-l", revision).splitlines():
            mode, kind, sha, size, name = re.fullmatch(r"(\d+) (\w+) (\w+) +(\S+)\t(.*)", line).groups()  # type: ignore[union-attr]
            entry: dict[str, Any] = {"path": name, "mode": mode, "type": kind, "sha": sha}
            entries.append(entry | ({"size": int(size)} if kind == "blob" else {}))
        return 200, {"sha": revision, "tree": entries, "truncated": False}

    def _blob(self, sha: str) -> Answer:
        command = ["git", "-C", str(self._holder(sha)), "cat-file", "blob", sha]
        content = subprocess.run(command, capture_output=True, check=True).stdout
        return 200, {"sha": sha, "encoding": "base64", "content": base64.encodebytes(content).decode()}

    def _set_status(self, sha: str, *, body: dict[str, Any]) -> Answer:
        assert len(body["description"]) <= 140
        self.statuses.append({"sha": sha, **body, "at": datetime.now(UTC).isoformat()})
        return 201, body

    def _get_statuses(self, sha: str) -> Answer:
        return 200, [status for status in reversed(self.statuses) if status["sha"] == sha]

    def _make_comment(self, *, body: dict[str, Any]) -> Answer:
        comment = {"id": len(self.comments) + 1, "user": {"type": "Bot"}, "body": body["body"]}
        self.comments.append(comment)
        if self.lies_once:
            self.lies_once = False
            return 500, {"message": "oh"}
        return 201, comment

    def _edit_comment(self, number: str, *, body: dict[str, Any]) -> Answer:
        comment = self.comments[int(number) - 1]
        if comment["user"]["type"] != "Bot":
            return 403, {"message": "not yours"}
        comment["body"] = body["body"]
        return 200, comment

    def _dispatch(self, *, body: dict[str, Any]) -> Answer:
        self.dispatches.append(body)
        return 204, None

    def _runs(self) -> Answer:
        return 200, {"total_count": len(self.queued), "workflow_runs": [{"display_title": t} for t in self.queued]}

    def _graphql(self, *, body: dict[str, Any]) -> Answer:
        assert "pullRequests(states: OPEN" in body["query"]
        context = next((s for s in reversed(self.statuses) if s["sha"] == self.head), None)
        shown = context and {
            "state": context["state"].upper(),
            "description": context["description"],
            "createdAt": context["at"],
        }
        commit = {"status": shown and {"context": shown}}
        pull = {"number": 1, "headRefOid": self.head, "commits": {"nodes": [{"commit": commit}]}}
        rooms = [
            {"name": self.room, "pullRequests": {"nodes": [pull]}},
            {"name": "website", "pullRequests": {"nodes": [pull]}},
        ]
        found = {"nodes": rooms, "pageInfo": {"hasNextPage": False, "endCursor": None}}
        return 200, {"data": {"repositoryOwner": {"repositories": found}}}


def _allows(token: str, needs: str, room: str) -> bool:
    """Return whether a token grants a permission; a token looks like `contents=read;repositories=room-x`."""
    granted = dict(part.split("=", 1) for part in token.split(";") if "=" in part)
    if needs == "dispatch":
        return granted.get("actions") == "write"
    what, how = needs.split("=")
    return granted.get("repositories") in (room, "") and (granted.get(what) == how or granted.get(what) == "write")


def _handler(hub: FakeGitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(length)
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, body = hub.answer(self.command, self.path, token, json.loads(text) if text else None)
            hub.calls.append((self.command, self.path, status))
            answer = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            hub.after(self.command, self.path)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler
