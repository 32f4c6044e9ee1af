"""Many submissions: one bad one stops nothing, a kill loses nothing, and other machines do the same work."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from distributed import LocalCluster

from grading.cohort.table import Row, to_table
from tests.conftest import ROOT
from tests.tiny_cohort import command, table

CORRECT = sorted((ROOT / "tests" / "submissions" / "styles").glob("*.py"))
MISTAKEN = sorted((ROOT / "tests" / "submissions" / "evaluation" / "mistaken").glob("*.py"))


def cohort(*arguments: object, status: int = 0) -> str:
    """Grade a cohort, and return what was told on the way."""
    done = subprocess.run(command(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == status, done.stderr
    return done.stderr


def grades(out: Path) -> dict[str, object]:
    """Return every grade.json without its times."""
    return {path.parent.name: {**json.loads(path.read_text()), "seconds": 0} for path in out.glob("*/grade.json")}


def test_a_bad_submission_stops_nothing(tmp_path: Path):
    """It has its own line; the others have folders with pages, in the order in which they were given."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "exits.py").write_text("import os\nos._exit(0)\n")
    paths = [CORRECT[0], tmp_path / "empty", tmp_path / "exits.py", MISTAKEN[0], tmp_path / "nowhere.py"]
    out = tmp_path / "out"

    said = cohort(*paths, "--out", out, "--jobs", 2, status=2)

    rows = table(out)
    assert list(rows) == [CORRECT[0].stem, "empty", "exits", MISTAKEN[0].stem, "nowhere"]
    assert rows[CORRECT[0].stem]["automatic"] == "85.0"
    assert (rows["exits"]["automatic"], rows["exits"]["mistakes"]) == ("0.0", "any:crash")
    assert float(rows[MISTAKEN[0].stem]["automatic"]) < 85
    for name in ("empty", "nowhere"):
        assert rows[name]["problem"]
        assert not rows[name]["verdict"]
        assert name in said
    pages = {"grade.json", "summary.md", "summary.html", "feedback.md", "report.json"}
    for name in (CORRECT[0].stem, "exits", MISTAKEN[0].stem):
        assert {path.name for path in (out / name).iterdir()} >= pages
    page = (out / "cohort.html").read_text(encoding="utf-8")
    assert "5 submissions" in page
    assert all(name in page for name in rows)


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path):
    """No finished result is lost, and none is graded twice; a submission that changed since is."""
    folder = tmp_path / "handed-in"
    shutil.copytree(CORRECT[0].parent, folder)
    paths, out = sorted(folder.glob("*.py"))[:12], tmp_path / "out"
    running = subprocess.Popen(
        command(*paths, "--out", out, "--jobs", 2), cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert running.stderr is not None
    told = [running.stderr.readline() for _ in range(3)]
    helpers = psutil.Process(running.pid).children(recursive=True)
    running.kill()
    running.wait()
    assert helpers
    assert not psutil.wait_procs(helpers, timeout=120)[1], "what it started ends with it"
    finished = {path.parent.name: path.stat().st_mtime_ns for path in out.glob("*/graded.json")}
    assert 2 <= len(finished) < len(paths), told
    paths[-1].write_text(paths[-1].read_text() + "\n# since then\n")

    cohort(*paths, "--out", out, "--jobs", 2)

    assert len(table(out)) == len(paths)
    assert {row["automatic"] for row in table(out).values()} == {"85.0"}
    for name, written in finished.items():
        if name != paths[-1].stem:
            assert (out / name / "graded.json").stat().st_mtime_ns == written
    lost = out / paths[0].stem / "report.json"
    lost.unlink()
    assert "[" in cohort(*paths, "--out", out)
    assert lost.is_file(), "what is not whole is graded again"
    assert (out / "cohort.html").read_text(encoding="utf-8").count('scope="row"><a') == len(paths)
    before = {path: path.stat().st_mtime_ns for path in out.glob("*/graded.json")}
    cohort(*paths, "--out", out)
    assert {path: path.stat().st_mtime_ns for path in out.glob("*/graded.json")} == before


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    """A Dask scheduler with two worker processes."""
    cluster = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    yield cluster
    cluster.close()


def test_dask_grades_the_same_and_loses_no_result_with_a_worker(tmp_path: Path, cluster: LocalCluster):
    """One of two workers is killed after the first result: everything is graded, as on one machine."""
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
    """The status is 2, the line names what is wrong, and nothing is written."""
    stderr = cohort(CORRECT[0].parent, "--out", tmp_path / "out", *options, status=2)

    assert message in stderr
    assert stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_table_holds_no_formula():
    """What a spreadsheet would compute is a text."""
    text = to_table([Row(name="=HYPERLINK(1)", key="", level="mid", problem="@x, y")])

    assert text.splitlines()[1].startswith("'=HYPERLINK(1),")
    assert text.splitlines()[1].endswith('"\'@x, y"')
