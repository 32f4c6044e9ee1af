"""Tests of cohorts: failures stay local, killed runs are resumed, and Dask gives the same results."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from distributed import LocalCluster

from grading.cohort.table import Row, to_table
from tests.conftest import ROOT
from tests.tiny_cohort import FULL_POINTS, SOLUTION, command, environment, make_checkout, table, write_files

CORRECT = sorted((ROOT / "tests" / "submissions" / "styles").glob("*.py"))
MISTAKEN = sorted((ROOT / "tests" / "submissions" / "evaluation" / "mistaken").glob("*.py"))
ENDLESS = "def trimmed_mean(values, share):\n    while True:\n        pass\n"
WRONG = "def trimmed_mean(values, share):\n    return 666.0\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Write a checkout with the tiny take-home, whose workers start quickly."""
    return make_checkout(tmp_path / "checkout")


def cohort(*arguments: object, status: int = 0, root: Path = ROOT) -> str:
    """Grade a cohort, check the exit status, and return standard error."""
    done = subprocess.run(
        command(*arguments), cwd=root, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == status, done.stderr
    return done.stderr


def grades(out: Path) -> dict[str, object]:
    """Return every grade.json without its times."""
    return {path.parent.name: {**json.loads(path.read_text()), "seconds": 0} for path in out.glob("*/grade.json")}


def test_an_invalid_submission_does_not_stop_a_cohort(root: Path, tmp_path: Path):
    """An invalid submission gets a row with its problem, and the others get pages, in the order of the arguments."""
    (tmp_path / "empty").mkdir()
    for name, source in (("right", SOLUTION), ("exits", "import os\nos._exit(0)\n"), ("wrong", WRONG)):
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    names = ["right", "empty", "exits", "wrong", "nowhere"]
    paths = [tmp_path / (name if name == "empty" else f"{name}.py") for name in names]
    out = tmp_path / "out"

    said = cohort(*paths, "--out", out, "--jobs", 2, status=2, root=root)

    rows = table(out)
    assert list(rows) == names
    assert rows["right"]["automatic"] == FULL_POINTS
    assert (rows["exits"]["automatic"], rows["exits"]["mistakes"]) == ("0.0", "any:crash")
    assert float(rows["wrong"]["automatic"]) < float(FULL_POINTS)
    for name in ("empty", "nowhere"):
        assert rows[name]["problem"]
        assert not rows[name]["verdict"]
        assert name in said
    pages = {"grade.json", "summary.md", "summary.html", "feedback.md", "report.json"}
    for name in ("right", "exits", "wrong"):
        assert {path.name for path in (out / name).iterdir()} >= pages
    page = (out / "cohort.html").read_text(encoding="utf-8")
    assert "5 submissions" in page
    assert all(name in page for name in rows)


def test_a_killed_run_is_resumed(root: Path, tmp_path: Path):
    """After a kill, finished results are kept, and only missing or changed submissions are graded."""
    # Both workers are busy until the endless submissions time out, so some submissions are graded and some are not.
    sources = [f"{SOLUTION}# {number}\n" for number in range(8)]
    paths, out = write_files(tmp_path / "handed-in", [*sources[:4], ENDLESS, ENDLESS, *sources[6:]]), tmp_path / "out"
    running = subprocess.Popen(
        command(*paths, "--out", out, "--jobs", 2),
        cwd=root,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stderr is not None
    told = [running.stderr.readline() for _ in range(3)]
    helpers = psutil.Process(running.pid).children(recursive=True)
    running.kill()
    running.wait()
    running.stderr.close()
    assert helpers
    assert not psutil.wait_procs(helpers, timeout=120)[1], "what it started ends with it"
    finished = {path.parent.name: path.stat().st_mtime_ns for path in out.glob("*/graded.json")}
    assert 2 <= len(finished) < len(paths), told
    for path, source in zip(paths[4:6], sources[4:6], strict=True):
        path.write_text(source, encoding="utf-8")
    paths[0].write_text(sources[0] + "# since then\n", encoding="utf-8")

    cohort(*paths, "--out", out, "--jobs", 2, root=root)

    assert len(table(out)) == len(paths)
    assert {row["automatic"] for row in table(out).values()} == {FULL_POINTS}
    for name, written in finished.items():
        if name != paths[0].stem:
            assert (out / name / "graded.json").stat().st_mtime_ns == written
    lost = out / paths[0].stem / "report.json"
    lost.unlink()
    assert "[" in cohort(*paths, "--out", out, root=root)
    assert lost.is_file(), "what is not whole is graded again"
    assert (out / "cohort.html").read_text(encoding="utf-8").count('scope="row"><a') == len(paths)
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/graded.json")}
    cohort(*paths, "--out", out, root=root)
    assert {path: path.stat().st_mtime_ns for path in out.glob("*/graded.json")} == before


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    """Start a Dask scheduler with two worker processes."""
    cluster = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    )
    yield cluster
    cluster.close()


def test_dask_grades_the_same_and_loses_no_result_with_a_worker(tmp_path: Path, cluster: LocalCluster):
    """Dask gives the same grades as one machine, even if one of two workers is killed after the first result."""
    paths = [*CORRECT[:4], *MISTAKEN[:4]]
    cohort(*paths, "--out", tmp_path / "here", "--jobs", 2, "--seed", 5)
    there = command(*paths, "--out", tmp_path / "there", "--scheduler", cluster.scheduler_address, "--seed", 5)
    running = subprocess.Popen(there, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    while "[1/8]" not in (line := running.stderr.readline()):
        assert line, "it ended before its first result"
    victim = next(iter(cluster.workers.values()))
    os.kill(victim.process.process.pid, signal.SIGKILL)

    said = running.stderr.read()

    assert running.wait(timeout=300) == 0, said
    assert grades(tmp_path / "there") == grades(tmp_path / "here")
    assert len(grades(tmp_path / "there")) == len(paths)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--scheduler", "tcp://127.0.0.1:9"), "does not answer"),
        (("--scheduler", "tcp://127.0.0.1:9", "--jobs", "2"), "--jobs has no effect with --scheduler"),
        (("--jobs", "0"), "--jobs: must be a whole number of at least 1, got '0'"),
        (("--jobs", "-1"), "--jobs: must be a whole number of at least 1, got '-1'"),
        (("--seed", "-1"), f"--seed: must be a whole number from 0 to {2**32 - 1}, got '-1'"),
        (("--seed", str(2**32)), f"got '{2**32}'"),
        (("--out", "README.md"), "README.md: cannot be written to"),
        (("--out", CORRECT[0].parent.parent, "--jobs", "1"), "results would be written into the submission"),
    ],
)
def test_invalid_arguments_end_with_one_line_before_anything_is_graded(
    tmp_path: Path, options: tuple[object, ...], message: str
):
    """Invalid arguments end with status 2 and one line that names the problem, and nothing is written."""
    stderr = cohort(CORRECT[0].parent, "--out", tmp_path / "out", *options, status=2)

    assert message in stderr
    assert stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_table_cells_are_not_formulas():
    """Cells that a spreadsheet would read as a formula are written as text."""
    text = to_table([Row(name="=HYPERLINK(1)", key="", level="mid", problem="@x, y")])

    assert text.splitlines()[1].startswith("'=HYPERLINK(1),")
    assert text.splitlines()[1].endswith('"\'@x, y"')
