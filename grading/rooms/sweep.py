"""Requests grading again for ungraded commits: GitHub may drop an event, refuse a call or lose a job."""

import datetime
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

from grading.rooms.answer import AGAIN, CONTEXT
from grading.rooms.github import PREFIX, GitHub, GradingRequest

WORKFLOW: Final = "grade.yml"
# A grading takes minutes; one that is pending for longer was cancelled or lost.
_LOST_AFTER: Final = datetime.timedelta(minutes=40)
# GitHub's statuses of a run that has not ended.
_WAITING: Final = ("queued", "in_progress", "pending", "requested", "waiting")
_MOST_PAGES: Final = 10
# GitHub limits the concurrent runs; the remaining commits are left for the next sweep.
MOST: Final = 100
# Validated against GitHub's published schema. Selects each room's most recently updated pull request.
QUERY: Final = """
query($owner: String!, $context: String!, $after: String) {
  repositoryOwner(login: $owner) {
    repositories(first: 50, after: $after, isArchived: false, isFork: false) {
      pageInfo { hasNextPage endCursor }
      nodes {
        name
        pullRequests(states: OPEN, first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) {
          nodes {
            number
            headRefOid
            commits(last: 1) {
              nodes { commit { status { context(name: $context) { state description createdAt } } } }
            }
          }
        }
      }
    }
  }
}
"""


class _Context(Struct, rename="camel"):
    state: str
    created_at: datetime.datetime
    description: str | None = None


class _Status(Struct):
    context: _Context | None = None


class _Commit(Struct):
    status: _Status | None = None


class _CommitNode(Struct):
    commit: _Commit


class _Commits(Struct):
    nodes: list[_CommitNode]


class _Pull(Struct, rename="camel"):
    number: int
    head_ref_oid: str
    commits: _Commits


class _Pulls(Struct):
    nodes: list[_Pull]


class _Room(Struct, rename="camel"):
    name: str
    pull_requests: _Pulls


class _PageInfo(Struct, rename="camel"):
    has_next_page: bool
    end_cursor: str | None = None


class _Rooms(Struct, rename="camel"):
    nodes: list[_Room]
    page_info: _PageInfo


class _Run(Struct):
    display_title: str


class _Runs(Struct):
    workflow_runs: list[_Run]


class _Owner(Struct):
    repositories: _Rooms


class _Data(Struct, rename="camel"):
    repository_owner: _Owner | None = field(default=None)


def ungraded(github: GitHub, owner: str, now: datetime.datetime) -> Iterator[GradingRequest]:
    """Yield the heads of each room's newest open pull request that have no grade."""
    after = None
    while True:
        variables = {"owner": owner, "context": CONTEXT, "after": after}
        found = github.query(QUERY, variables, _Data).repository_owner
        if found is None:
            return
        for room in found.repositories.nodes:
            if room.name.startswith(PREFIX):
                for pull in room.pull_requests.nodes:
                    if _is_ungraded(pull, now):
                        yield GradingRequest(
                            owner=owner, room=room.name, pull_request=pull.number, sha=pull.head_ref_oid
                        )
        if not found.repositories.page_info.has_next_page:
            return
        after = found.repositories.page_info.end_cursor


def under_way(github: GitHub, grader: str) -> set[str]:
    """Return the titles of queued or running gradings: a new request would move them to the end of the queue."""
    titles: set[str] = set()
    for status in _WAITING:
        for page in range(1, _MOST_PAGES + 1):
            path = f"/repos/{grader}/actions/workflows/{WORKFLOW}/runs?status={status}&per_page=100&page={page}"
            runs = github.get(path, _Runs).workflow_runs
            titles |= {run.display_title for run in runs}
            if len(runs) < 100:
                break
    return titles


def title(request: GradingRequest) -> str:
    """Return the title of a commit's run: `run-name` in grade.yml."""
    return f"{request.room} pull request {request.pull_request} at {request.sha}"


def ask(github: GitHub, grader: str, request: GradingRequest) -> None:
    """Start the grader's workflow; a duplicate request is harmless, since its run replaces the first one."""
    inputs = {"room": request.room, "pull_request": str(request.pull_request), "sha": request.sha}
    path = f"/repos/{grader}/actions/workflows/{WORKFLOW}/dispatches"
    github.put("POST", path, {"ref": "main", "inputs": inputs})


def _is_ungraded(pull: _Pull, now: datetime.datetime) -> bool:
    status = pull.commits.nodes[-1].commit.status if pull.commits.nodes else None
    if status is None or status.context is None:
        return True
    if status.context.state == "PENDING":
        return now - status.context.created_at > _LOST_AFTER
    return status.context.state == "ERROR" and status.context.description == AGAIN
