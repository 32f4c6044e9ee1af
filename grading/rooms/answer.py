"""Answers in a room: a status on the commit that was graded, and one comment, edited in place.

Nothing of the candidate's and nothing hidden is in an answer: its text comes from rubric and catalogue of mistakes.
"""

import time
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from grading.content.records import ScoredBy
from grading.render import to_feedback
from grading.rooms.github import Asked, GitHub, GitHubError
from grading.scoring.records import Scorecard, Verdict

CONTEXT: Final = "grade"
# The sweep asks again for a commit whose status says so.
AGAIN: Final = "The grader failed: this is not your score. It is graded again by itself."
_GIVEN_UP: Final = "The grader failed: this is not your score. The hiring team sees it and will grade by hand."
_MOST_FAILURES: Final = 3
_MARKER: Final = "<!-- take-home-grade -->"
_MOST_COMMENTS: Final = 1000
_MOST_STATUSES: Final = 100
_ATTEMPTS: Final = 3
# GitHub refuses longer ones.
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


def say_pending(github: GitHub, asked: Asked) -> None:
    """Show the candidate that grading has begun."""
    _set_status(github, asked, "pending", "Being graded: this takes some minutes.")


def answer_score(github: GitHub, asked: Asked, card: Scorecard) -> str:
    """Publish a score, and return the status's text."""
    got, most = card.points(ScoredBy.TESTS), card.maximum(ScoredBy.TESTS)
    said = f"{got:g} / {most:g}, {card.verdict.text}"
    _set_status(github, asked, "failure" if card.verdict is Verdict.FAIL else "success", said)
    _comment(github, asked, to_feedback(card, ()))
    return said


def answer_problem(github: GitHub, asked: Asked, problem: str) -> str:
    """Publish that there is nothing to grade, and return the status's text."""
    _set_status(github, asked, "failure", problem)
    _comment(github, asked, f"# Nothing to grade\n\n{problem}. Fix this and push again.\n")
    return problem


def answer_failure(github: GitHub, asked: Asked) -> str:
    """Publish that the grader failed, and return the status's text; the comment keeps the last grade."""
    path = f"{asked.repository}/commits/{asked.sha}/statuses"
    earlier = list(github.pages(path, _Status, most=_MOST_STATUSES))
    failures = sum(status.context == CONTEXT and status.state == "error" for status in earlier)
    said = AGAIN if failures + 1 < _MOST_FAILURES else _GIVEN_UP
    _set_status(github, asked, "error", said)
    return said


def _set_status(github: GitHub, asked: Asked, state: str, said: str) -> None:
    body = {"context": CONTEXT, "state": state, "description": said[:_DESCRIPTION]}
    github.put("POST", f"{asked.repository}/statuses/{asked.sha}", body)


def _comment(github: GitHub, asked: Asked, text: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Edit our comment, or make it; leave it alone if a newer push has come since, whose grade it may hold already."""
    pull = github.get(asked.pull, _Pull)
    if pull.head.sha != asked.sha:
        return
    body = {
        "body": f"{_MARKER}\n{text}\n<sub>Graded: commit {asked.sha[:10]}. This comment is edited in place.</sub>\n"
    }
    for attempt in range(_ATTEMPTS):
        ours = _our_comment(github, asked)
        if ours is not None:
            github.put("PATCH", f"{asked.repository}/issues/comments/{ours}", body)
            return
        try:
            github.create(f"{asked.repository}/issues/{asked.pull_request}/comments", body)
        except GitHubError as error:
            # It may have been made all the same: look again before making another.
            if (error.status and error.status < 500) or attempt + 1 == _ATTEMPTS:
                raise
            sleep(2.0**attempt)
        else:
            return


def _our_comment(github: GitHub, asked: Asked) -> int | None:
    """Return our comment. A candidate can write the marker too, but cannot write as an app."""
    path = f"{asked.repository}/issues/{asked.pull_request}/comments"
    for comment in github.pages(path, _Comment, most=_MOST_COMMENTS):
        if (comment.body or "").startswith(_MARKER) and comment.user is not None and comment.user.type == "Bot":
            return comment.id
    return None
