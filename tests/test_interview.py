"""Tests of the live interview: notes are saved at once, and become the review that the grader reads."""

import json
import shlex
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from grading.content.load import Assignment
from grading.content.records import Interview
from grading.interview.record import InterviewRecord
from tests.command_line import grading
from tests.conftest import REFERENCE, ROOT


def command(folder: Path, *options: str) -> list[str]:
    """Return the arguments of Ada's interview with Rosa."""
    return ["interview", "ada", "--interviewer", "Rosa", "--out", str(folder), *options]


def run_interview(folder: Path, *lines: str) -> str:
    """Run an interview with these lines typed into it, and return its output."""
    done = grading(*command(folder), typed="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr
    return done.stdout


def record(folder: Path) -> dict[str, Any]:
    """Return the saved record of the interview."""
    return dict(json.loads((folder / "ada" / "interview.json").read_text()))


@pytest.fixture(scope="module")
def interview() -> Interview:
    """Return the interview data of the assignment."""
    return Assignment(ROOT).interview


def test_an_interview_takes_the_level_of_the_submission(tmp_path: Path):
    """An interview about a submission has the level that the submission names, and another --level is refused."""
    room = tmp_path / "room"
    (room / "assignment").mkdir(parents=True)
    (room / "assignment" / "exercise.py").write_bytes(REFERENCE.read_bytes())
    (room / "assignment" / "level.toml").write_text('level = "senior"\n', encoding="utf-8")

    refused = grading(*command(tmp_path / "out", "--submission", str(room), "--level", "junior"), typed="q\n")
    done = grading(*command(tmp_path / "out", "--submission", str(room)), typed="q\n")

    assert refused.returncode == 2
    assert "level" in refused.stderr and "senior" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert record(tmp_path / "out")["level"] == "senior"


@pytest.mark.usefixtures("shared_sandbox")
def test_an_interview_becomes_a_review(tmp_path: Path, interview: Interview):
    """An interview writes a review file, and grading with it shows dimensions, points and hints in the summary."""
    said = run_interview(
        tmp_path,
        *("s", *"yyyy", "i", "t", "o", "1 2 9"),
        *("h", "y", "h", "y"),
        *("d", "80", "knew that accuracy misleads", "q"),
        *("c", "reads well"),
        *("p", "7.5", "", "", "", "90", ""),
        *("w", "q"),
    )

    for text in (interview.introduction.split("\n")[0], interview.hints[0], interview.hints[1], "2 of 3 given"):
        assert " ".join(text.split()[:5]) in " ".join(said.replace("│", " ").split())
    assert interview.hints[2] not in said
    review = tmp_path / "ada" / "review.toml"
    sheet = tomllib.loads(review.read_text())
    assert sheet["reviewer"] == "Rosa"
    assert sheet["dimensions"] == {
        "technical-knowledge": 60,
        "problem-solving": 35,  # 60 + 15 for testing - 20 for a red flag - 10 for each of two hints
        "code-quality": 90,
        "ml-fundamentals": 75,
    }
    assert {line["id"]: line["points"] for line in sheet["criterion"]} == {"code-quality": 7.5, "discussion": 4}

    out = tmp_path / "graded"
    graded = ["grade", str(REFERENCE), "--review", str(review), "--out", str(out)]
    refused = grading(*graded)
    assert refused.returncode == 2
    assert "is for 'ada', but the submission is 'reference'" in refused.stderr
    done = grading(*graded, "--for-anyone")
    assert done.returncode == 0, done.stderr
    assert "total 96.5 of 100: pass" in done.stdout
    summary = (out / "summary.md").read_text()
    assert "Hints given in the interview: 2." in summary
    assert "Review by <code>Rosa</code>" in summary or "Review by Rosa" in summary
    assert "reads well" in summary.replace("&#32;", " ")


def test_an_interview_survives_a_closed_terminal(tmp_path: Path):
    """After a kill, the notes are saved and the timer is running, and the next start resumes the interview."""
    running = subprocess.Popen(
        [sys.executable, "-m", "grading", *command(tmp_path, "--level", "senior")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        text=True,
        stdout=subprocess.DEVNULL,
    )
    assert running.stdin is not None
    running.stdin.write("t\no\n1 3\nh\ny\nd\n")
    running.stdin.flush()
    path = tmp_path / "ada" / "interview.json"
    for _ in range(2400):  # two minutes, for a busy machine
        if path.exists() and record(tmp_path)["hints"]:
            break
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdin.close()

    kept = record(tmp_path)
    assert kept["level"] == "senior"
    assert set(kept["observed"]) == {"asked-about-imbalance", "checked-shapes"}
    assert kept["running_since"] is not None

    said = run_interview(tmp_path, "h", "y", "q")
    assert "Resuming the interview with ada." in said
    assert "2 of 3 given" in said
    assert "running" in said
    assert record(tmp_path)["observed"] == kept["observed"]


def test_end_of_input_and_invalid_input_change_nothing(tmp_path: Path):
    """The end of the input saves and ends the interview; unknown commands and invalid numbers change nothing."""
    run_interview(tmp_path, "x", "", "o", "99 foo", "p", "eleven", "11", "10")

    assert record(tmp_path)["observed"] == {}
    assert record(tmp_path)["points"] == {"code-quality": 10}


def test_an_answer_that_is_neither_yes_nor_no_is_asked_again(tmp_path: Path):
    """An answer other than y or n is asked again and counts as neither."""
    said = run_interview(tmp_path, "h", "i", "", "ja", "Y", "h", "n", "h", "No", "q")

    assert said.count("type y or n") == 3
    assert len(record(tmp_path)["hints"]) == 1
    assert said.count("1 of 3 given") == 1


def test_an_interview_is_not_resumed_at_another_level(tmp_path: Path):
    """A resumed interview with another level is refused with status 2 and one line, and its record is not changed."""
    run_interview(tmp_path, "t", "q")
    kept = (tmp_path / "ada" / "interview.json").read_text()

    done = grading(*command(tmp_path, "--level", "senior"), typed="q\n")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "--level senior" in done.stderr and "has level mid" in done.stderr
    assert (tmp_path / "ada" / "interview.json").read_text() == kept
    assert grading(*command(tmp_path, "--level", "mid"), typed="q\n").returncode == 0


def test_the_command_that_it_prints_can_be_pasted(tmp_path: Path):
    """The printed command quotes a name with spaces and quotes, so that a shell reads it as one argument."""
    name = "María 'Mia' Lopez; $HOME"
    done = grading("interview", name, "--out", tmp_path, "--interviewer", "Rosa", typed="w\nq\n")

    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "python -m grading grade" in line]
    pasted = shlex.split(line[line.index("python -m") :])
    assert pasted[-3:] == ["--review", str(tmp_path / name / "review.toml"), "--for-anyone"]


def test_an_invalid_record_is_not_overwritten(tmp_path: Path):
    """An invalid record is refused with status 2 and a message that names the file, and is not overwritten."""
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "interview.json").write_text("{")

    done = grading(*command(tmp_path), typed="q\n")

    assert done.returncode == 2
    assert "interview.json: is not a record of an interview" in done.stderr
    assert (tmp_path / "ada" / "interview.json").read_text() == "{"


def test_dimensions_follow_marks_and_hints(interview: Interview):
    """Dimensions start at 60, marks and hints change them, and a value by the interviewer replaces the result."""
    noted = InterviewRecord(
        candidate="a", level="mid", interviewer="b", hints=[3, 9], observed={"tested-incrementally": 4}
    )

    assert noted.dimension("problem-solving", interview) == 60 + 15 - 20
    assert noted.dimension("code-quality", interview) == 60
    noted.dimensions["problem-solving"] = 12
    assert noted.dimension("problem-solving", interview) == 12


def test_marks_cover_the_rubrics_dimensions(interview: Interview):
    """Marks cover exactly the rubric's dimensions, and no hint contains code of the solution."""
    dimensions = set(Assignment(ROOT).rubric("mid").dimensions)

    assert {mark.dimension for mark in interview.observation} == dimensions
    assert len(interview.hints) == 3
    for hint in interview.hints:
        assert not [word for word in ("pos_weight", "zero_grad", "no_grad", "eval()", "sigmoid") if word in hint]
