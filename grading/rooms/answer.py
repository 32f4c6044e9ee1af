"""Publishes results in a room: a status on the graded commit, and one comment, edited in place.

The text contains only texts of the rubric and the catalogue of mistakes, no untrusted or hidden text.
"""

import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from grading.content.records import ScoredBy
from grading.render import to_feedback
from grading.rooms.github import GitHub, GitHubError, GradingRequest
from grading.scoring.records import Scorecard, Verdict

CONTEXT: Final = "grade"
# The sweep requests grading again for a commit with this status.
AGAIN: Final = "The grader failed: this is not your score. Grading is retried automatically."
_GIVEN_UP: Final = "The grader failed: this is not your score. The hiring team is notified and will grade by hand."
_MOST_FAILURES: Final = 3
_MARKER: Final = "<!-- take-home-grade -->"
_MOST_COMMENTS: Final = 1000
_MOST_STATUSES: Final = 100
_ATTEMPTS: Final = 3
# GitHub's limit.
_DESCRIPTION: Final = 140


class _Head(Struct):
    sha: str


class _Pull(Struct):
    state: str
    head: _Head


class _User(Struct):
    type: str


class _Comment(Struct):
    id: int
    user: _User | None = None
    body: str | None = None


class _Status(Struct):
    context: str
    state: str


def set_pending(github: GitHub, request: GradingRequest) -> None:
    """Show the candidate that grading has begun."""
    _set_status(github, request, "pending", "Grading: this takes a few minutes.")


def answer_score(github: GitHub, request: GradingRequest, card: Scorecard) -> str:
    """Publish a score, and return the status's text."""
    points, most = card.points(ScoredBy.TESTS), card.maximum(ScoredBy.TESTS)
    description = f"{points:g} / {most:g}, {card.verdict.text}"
    _set_status(github, request, "failure" if card.verdict is Verdict.FAIL else "success", description)
    _comment(github, request, to_feedback(card, ()))
    return description


def answer_problem(github: GitHub, request: GradingRequest, problem: str) -> str:
    """Publish that there is nothing to grade, and return the status's text."""
    _set_status(github, request, "failure", problem)
    _comment(github, request, f"# Nothing to grade\n\n{problem}. Fix this and push again.\n")
    return problem


def answer_failure(github: GitHub, request: GradingRequest) -> str:
    """Publish that the grader failed, and return the status's text; the comment keeps the last grade."""
    path = f"{request.repository}/commits/{request.sha}/statuses"
    earlier = list(github.pages(path, _Status, most=_MOST_STATUSES))
    failures = sum(status.context == CONTEXT and status.state == "error" for status in earlier)
    description = AGAIN if failures + 1 < _MOST_FAILURES else _GIVEN_UP
    _set_status(github, request, "error", description)
    return description


def _set_status(github: GitHub, request: GradingRequest, state: str, description: str) -> None:
    body = {"context": CONTEXT, "state": state, "description": description[:_DESCRIPTION]}
    github.put("POST", f"{request.repository}/statuses/{request.sha}", body)


def _comment(
    github: GitHub, request: GradingRequest, text: str, *, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Edit or create our comment; do nothing if there is a newer push, whose grade it may already contain."""
    pull = github.get(request.pull, _Pull)
    if pull.head.sha != request.sha:
        return
    body = {
        "body": f"{_MARKER}\n{text}\n<sub>Graded: commit {request.sha[:10]}. This comment is edited in place.</sub>\n"
    }
    for attempt in range(_ATTEMPTS):
        comment_id = _our_comment(github, request)
        if comment_id is not None:
            github.put("PATCH", f"{request.repository}/issues/comments/{comment_id}", body)
            return
        try:
            github.create(f"{request.repository}/issues/{request.pull_request}/comments", body)
        except GitHubError as error:
            # The comment may exist in spite of the error: check before creating another one.
            if (error.status and error.status < 500) or attempt + 1 == _ATTEMPTS:
                raise
            sleep(2.0**attempt)
        else:
            return


def _our_comment(github: GitHub, request: GradingRequest) -> int | None:
    """Return the id of our comment. A candidate can copy the marker, but cannot comment as an app."""
    path = f"{request.repository}/issues/{request.pull_request}/comments"
    for comment in github.pages(path, _Comment, most=_MOST_COMMENTS):
        if (comment.body or "").startswith(_MARKER) and comment.user is not None and comment.user.type == "Bot":
            return comment.id
    return None
