"""The workflows: candidate code meets no secret, and every action is what it was when it was looked at."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def jobs(path: Path) -> dict[str, Any]:
    """Return a workflow's jobs."""
    return dict(YAML(typ="safe").load(path)["jobs"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_nothing_is_granted_but_reading(path: Path):
    """No permission at the top, `contents: read` at most in a job, and no secret anywhere."""
    workflow = YAML(typ="safe").load(path)

    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] in ({}, {"contents": "read"})
        assert 0 < job["timeout-minutes"] <= 60
        assert job["runs-on"] == "ubuntu-24.04"
    assert "secrets." not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_whole_hash(path: Path):
    """With the version beside it, for people."""
    for line in re.findall(r"uses:.*", path.read_text(encoding="utf-8")):
        assert re.fullmatch(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_script_holds_an_expression(path: Path):
    """What an event carries reaches a shell as an environment variable, or not at all."""
    for job in jobs(path).values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            assert step.get("with", {}).get("persist-credentials", False) is False


def test_grading_on_a_push_goes_through_nox():
    """So that a laptop and CI do the same thing."""
    steps = jobs(ROOT / ".github" / "workflows" / "grade.yml")["grade"]["steps"]

    assert any("nox -s grade" in step.get("run", "") for step in steps)
