"""Tests of the workflows, including those of rooms: candidate code gets no secrets, and actions are pinned."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grading.content.load import Assignment
from grading.handout.publish import publish
from grading.rooms.github import GradingRequest
from grading.rooms.sweep import title
from tests.conftest import ROOT

OURS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ROOMS = ["ask.yml", "visible.yml"]
# Permissions of jobs, apart from reading their own repository.
GRANTED = {("sweep", "sweep"): {"contents": "read", "actions": "write"}}
# Jobs that have a secret; they run only the grader's code.
TRUSTED = {("grade", "fetch"), ("grade", "publish"), ("sweep", "sweep"), ("ask", "ask")}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a room and return the folder of its workflows."""
    folder = tmp_path_factory.mktemp("room")
    publish(Assignment(ROOT), "mid", folder)
    return folder / ".github" / "workflows"


@pytest.fixture(params=[*(path.name for path in OURS), *ROOMS])
def path(request: pytest.FixtureRequest, room: Path) -> Path:
    """Return the path of each workflow in turn."""
    name = str(request.param)
    return room / name if name in ROOMS else ROOT / ".github" / "workflows" / name


def workflow(path: Path) -> dict[Any, Any]:
    """Return a workflow as data."""
    return dict(YAML(typ="safe").load(path))


def test_only_jobs_have_permissions(path: Path):
    """A workflow has no permissions of its own; a job may read its repository or has those in `GRANTED`."""
    assert workflow(path)["permissions"] == {}
    for name, job in workflow(path)["jobs"].items():
        assert job["permissions"] in ({}, {"contents": "read"}, GRANTED.get((path.stem, name)))


def test_every_job_has_a_time_limit_and_a_known_image(path: Path):
    """Every job has a time limit of at most an hour and a fixed image, not `latest`."""
    for job in workflow(path)["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 60
        assert job["runs-on"] == "ubuntu-24.04"


def test_every_workflow_runs_once_at_a_time(path: Path):
    """Every workflow has a concurrency group, so that newer runs replace or wait for older ones."""
    assert "group" in workflow(path)["concurrency"]


def test_no_job_that_runs_candidate_code_holds_a_secret(path: Path):
    """A job that is not listed as trusted uses no secret and no app token."""
    for name, job in workflow(path)["jobs"].items():
        if (path.stem, name) not in TRUSTED:
            assert not re.search(r"secrets\.|github\.token|create-github-app-token", str(job))


def test_every_action_is_pinned_by_its_whole_hash(path: Path):
    """Every action is pinned by its full commit hash, with its version in a comment."""
    for line in re.findall(r"\buses:.*", path.read_text(encoding="utf-8")):
        assert re.fullmatch(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_pip_installs_only_the_pinned_nox(path: Path):
    """A job installs only nox, in the pinned version."""
    pinned = re.findall(r"^nox==.*", (ROOT / "grading" / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)

    for line in re.findall(r"\bpip install.*", path.read_text(encoding="utf-8")):
        assert line == f"pip install --quiet {pinned[0]}"


def test_no_script_holds_an_expression(path: Path):
    """Scripts contain no expressions, so values of an event reach a shell only as environment variables."""
    for job in workflow(path)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            assert step.get("with", {}).get("persist-credentials", False) is False


def test_grading_runs_without_permission_cache_or_repository():
    """The job that runs candidate code has no permissions, cache, checkout or secrets."""
    job = workflow(ROOT / ".github" / "workflows" / "grade.yml")["jobs"]["run"]

    assert job["permissions"] == {}
    assert job["cache-mode"] == "none"
    assert not [step for step in job["steps"] if "checkout" in step.get("uses", "") or "cache" in step.get("with", {})]
    assert "secrets" not in str(job)


def test_the_answering_job_does_not_get_the_candidates_files():
    """The job that posts the answer downloads only the report and scores it again."""
    job = workflow(ROOT / ".github" / "workflows" / "grade.yml")["jobs"]["publish"]
    downloads = [step["with"]["name"] for step in job["steps"] if "download-artifact" in step.get("uses", "")]

    assert downloads == ["report"]


def test_run_names_are_those_that_the_sweep_compares():
    """The names of grading runs are those that the sweep compares to find runs in progress."""
    name = workflow(ROOT / ".github" / "workflows" / "grade.yml")["run-name"]
    asked = GradingRequest(owner="acme", room="room-ada", pull_request=7, sha="a" * 40)

    for part, value in (("room", asked.room), ("pull_request", "7"), ("sha", asked.sha)):
        name = name.replace("${{ inputs." + part + " }}", value)
    assert name == title(asked)


def test_the_asking_workflow_checks_nothing_out(room: Path):
    """The workflow that asks for a grade has one script, which uses no action and no text of the candidate."""
    (step,) = workflow(room / "ask.yml")["jobs"]["ask"]["steps"]

    assert "uses" not in step
    assert set(step["env"]) == {"TOKEN", "GRADER", "ROOM", "PULL_REQUEST", "SHA"}


@pytest.mark.parametrize(("name", "job"), [("open", "grade"), ("grade", "run")])
def test_grading_uses_nox(name: str, job: str):
    """Grading in CI uses nox, as on a laptop."""
    steps = workflow(ROOT / ".github" / "workflows" / f"{name}.yml")["jobs"][job]["steps"]

    assert any("-s grade" in step.get("run", "") for step in steps)


def test_the_open_flow_shows_its_candidate_no_more_than_feedback():
    """The open flow grades with `--feedback-only`, and publishes only the feedback and grade.json."""
    open_flow = workflow(ROOT / ".github" / "workflows" / "open.yml")
    steps = open_flow["jobs"]["grade"]["steps"]
    scripts = "\n".join(step.get("run", "") for step in steps)
    (upload,) = [step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", "")]

    assert "nox -s grade -- . --feedback-only" in scripts
    assert set(re.findall(r"build/grade[\w/.]*", scripts)) == {"build/grade/feedback.md"}
    assert upload.split() == ["build/grade/feedback.md", "build/grade/grade.json"]
    assert open_flow["on"]["push"] == {"branches": ["**"], "paths": ["assignment/**"]}


def test_dependabot_updates_the_actions_of_rooms():
    """Dependabot updates the actions of rooms too, several days after a release."""
    (update,) = YAML(typ="safe").load(ROOT / ".github" / "dependabot.yml")["updates"]

    for folder in update["directories"]:
        inside = ROOT / folder.strip("/") / (".github/workflows" if folder == "/" else "")
        assert list(inside.glob("*.yml"))
    assert "/grading/rooms/template/.github/workflows" in update["directories"]
    assert update["cooldown"]["default-days"] >= 5
