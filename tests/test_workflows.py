"""The workflows, the room's too: candidate code meets no secret, and every action is what it was when looked at."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grading.content.load import Assignment
from grading.handout.publish import publish
from grading.rooms.github import Asked
from grading.rooms.sweep import title
from tests.conftest import ROOT

OURS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ROOMS = ["ask.yml", "visible.yml"]
# What each job may do on GitHub, beside reading the repository that it belongs to.
GRANTED = {("sweep", "sweep"): {"contents": "read", "actions": "write"}}
# Jobs that hold a secret, all of which run our code alone.
TRUSTED = {("grade", "fetch"), ("grade", "publish"), ("sweep", "sweep"), ("ask", "ask")}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room as it is published."""
    folder = tmp_path_factory.mktemp("room")
    publish(Assignment(ROOT), "mid", folder)
    return folder / ".github" / "workflows"


@pytest.fixture(params=[*(path.name for path in OURS), *ROOMS])
def path(request: pytest.FixtureRequest, room: Path) -> Path:
    """Each workflow in turn."""
    name = str(request.param)
    return room / name if name in ROOMS else ROOT / ".github" / "workflows" / name


def workflow(path: Path) -> dict[Any, Any]:
    """Return a workflow as data."""
    return dict(YAML(typ="safe").load(path))


def test_permissions_are_granted_to_jobs_alone_and_sparingly(path: Path):
    """None at the top; in a job, to read the repository, or what this file says and why."""
    assert workflow(path)["permissions"] == {}
    for name, job in workflow(path)["jobs"].items():
        assert job["permissions"] in ({}, {"contents": "read"}, GRANTED.get((path.stem, name)))


def test_every_job_has_a_time_limit_and_a_known_image(path: Path):
    """No run goes on for hours, none changes with `latest`."""
    for job in workflow(path)["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 60
        assert job["runs-on"] == "ubuntu-24.04"


def test_every_workflow_runs_once_at_a_time(path: Path):
    """What is overtaken ends, or waits."""
    assert "group" in workflow(path)["concurrency"]


def test_no_job_that_runs_candidate_code_holds_a_secret(path: Path):
    """Nor a token of an app; those that do hold one are named above."""
    for name, job in workflow(path)["jobs"].items():
        if (path.stem, name) not in TRUSTED:
            assert not re.search(r"secrets\.|github\.token|create-github-app-token", str(job))


def test_every_action_is_pinned_by_its_whole_hash(path: Path):
    """With the version beside it, for people."""
    for line in re.findall(r"\buses:.*", path.read_text(encoding="utf-8")):
        assert re.fullmatch(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_what_pip_installs_is_the_pinned_nox(path: Path):
    """A job installs nothing but nox, in the version that everything is tested with."""
    pinned = re.findall(r"^nox==.*", (ROOT / "grading" / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)

    for line in re.findall(r"\bpip install.*", path.read_text(encoding="utf-8")):
        assert line == f"pip install --quiet {pinned[0]}"


def test_no_script_holds_an_expression(path: Path):
    """What an event carries reaches a shell as an environment variable, or not at all."""
    for job in workflow(path)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            assert step.get("with", {}).get("persist-credentials", False) is False


def test_grading_runs_without_permission_cache_or_repository():
    """The machine that candidate code runs on could not read the grader again if it tried."""
    job = workflow(ROOT / ".github" / "workflows" / "grade.yml")["jobs"]["run"]

    assert job["permissions"] == {}
    assert job["cache-mode"] == "none"
    assert not [step for step in job["steps"] if "checkout" in step.get("uses", "") or "cache" in step.get("with", {})]
    assert "secrets" not in str(job)


def test_whoever_answers_never_gets_the_candidates_files():
    """It is handed the report, as data, and scores that anew."""
    job = workflow(ROOT / ".github" / "workflows" / "grade.yml")["jobs"]["publish"]
    downloads = [step["with"]["name"] for step in job["steps"] if "download-artifact" in step.get("uses", "")]

    assert downloads == ["report"]


def test_runs_are_called_what_the_sweep_looks_for():
    """So that it can tell what is under way."""
    name = workflow(ROOT / ".github" / "workflows" / "grade.yml")["run-name"]
    asked = Asked(owner="acme", room="room-ada", pull_request=7, sha="a" * 40)

    for part, value in (("room", asked.room), ("pull_request", "7"), ("sha", asked.sha)):
        name = name.replace("${{ inputs." + part + " }}", value)
    assert name == title(asked)


def test_whoever_asks_checks_nothing_out(room: Path):
    """One script, without any text of the candidate's in it."""
    (step,) = workflow(room / "ask.yml")["jobs"]["ask"]["steps"]

    assert "uses" not in step
    assert set(step["env"]) == {"TOKEN", "GRADER", "ROOM", "PULL_REQUEST", "SHA"}


@pytest.mark.parametrize(("name", "job"), [("open", "grade"), ("grade", "run")])
def test_grading_goes_through_nox(name: str, job: str):
    """So that a laptop and CI do the same thing."""
    steps = workflow(ROOT / ".github" / "workflows" / f"{name}.yml")["jobs"][job]["steps"]

    assert any("-s grade" in step.get("run", "") for step in steps)


def test_the_open_flow_shows_its_candidate_no_more_than_feedback():
    """Its run grades for the candidate's eyes; summary and artifact name what they hold, and a tag starts nothing."""
    open_flow = workflow(ROOT / ".github" / "workflows" / "open.yml")
    steps = open_flow["jobs"]["grade"]["steps"]
    scripts = "\n".join(step.get("run", "") for step in steps)
    (upload,) = [step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", "")]

    assert "nox -s grade -- . --feedback-only" in scripts
    assert set(re.findall(r"build/grade[\w/.]*", scripts)) == {"build/grade/feedback.md"}
    assert upload.split() == ["build/grade/feedback.md", "build/grade/grade.json"]
    assert open_flow["on"]["push"] == {"branches": ["**"], "paths": ["assignment/**"]}


def test_dependabot_renews_the_actions_of_rooms_too():
    """After a while, so that a spoiled release is found by others first."""
    (update,) = YAML(typ="safe").load(ROOT / ".github" / "dependabot.yml")["updates"]

    for folder in update["directories"]:
        inside = ROOT / folder.strip("/") / (".github/workflows" if folder == "/" else "")
        assert list(inside.glob("*.yml"))
    assert "/grading/rooms/template/.github/workflows" in update["directories"]
    assert update["cooldown"]["default-days"] >= 5
