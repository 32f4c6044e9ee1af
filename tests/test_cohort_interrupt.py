"""Tests of Ctrl-C in a cohort: it stops within seconds, leaves no processes or files, and can be resumed."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.tiny_cohort import SOLUTION, command, environment, make_checkout, table, write_files

ENDLESS = "def trimmed_mean(values, share):\n    while True:\n        pass\n"
# Much longer than stopping takes on a busy machine, and much shorter than the budget of an endless submission.
SECONDS = 120


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a checkout in which an endless submission takes ten minutes of CPU time."""
    root = make_checkout(tmp_path_factory.mktemp("interrupted") / "checkout")
    manifest = root / "hidden_tests" / "assignment.toml"
    text = manifest.read_text(encoding="utf-8")
    assert "call_cpu_seconds = 5\n" in text
    manifest.write_text(text.replace("call_cpu_seconds = 5\n", "call_cpu_seconds = 600\n"), encoding="utf-8")
    return root


class Cohort:
    """Runs `cohort` as in a terminal: in one process group, which every Ctrl-C reaches."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.out, self._scratch = folder / "out", folder / "tmp"
        self._scratch.mkdir()
        self.paths = write_files(folder / "handed-in", [SOLUTION, SOLUTION + "\n", *[ENDLESS] * 4])
        self._running = subprocess.Popen(
            command(*self.paths, "--out", self.out, "--jobs", 2),
            cwd=root,
            env=environment(TMPDIR=str(self._scratch)),
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._process = psutil.Process(self._running.pid)

    def wait_for_a_result(self) -> None:
        """Wait until one submission is graded; others are being graded or waiting."""
        assert self._running.stderr is not None
        assert self._running.stderr.readline().startswith("[1/6]")

    def wait_for_a_worker(self) -> None:
        """Wait until the process of a worker has started."""
        while not any("spawn_main" in part for child in self._process.children() for part in child.cmdline()):
            assert self._running.poll() is None
            time.sleep(0.01)

    def interrupt(self) -> None:
        """Send the signal of Ctrl-C to the process group."""
        if self._running.poll() is None:
            os.killpg(self._running.pid, signal.SIGINT)

    def has_ended(self) -> bool:
        """Return whether the command has ended."""
        return self._running.poll() is not None

    def end(self) -> tuple[int, str]:
        """Wait for the end, check that no process or file is left, and return the exit status and standard error."""
        helpers = self._process.children(recursive=True) if self._running.poll() is None else []
        try:
            _, stderr = self._running.communicate(timeout=SECONDS)
        finally:
            self._running.kill()
        assert not psutil.wait_procs(helpers, timeout=SECONDS)[1]
        assert list(self._scratch.iterdir()) == []
        return self._running.returncode, stderr


@pytest.fixture
def running(root: Path, tmp_path: Path) -> Iterator[Cohort]:
    """Start a cohort that does not end by itself, and interrupt it at the end."""
    cohort = Cohort(root, tmp_path)
    yield cohort
    cohort.interrupt()


WAYS = pytest.mark.parametrize("wait", [Cohort.wait_for_a_result, Cohort.wait_for_a_worker])


@WAYS
def test_ctrl_c_ends_a_cohort(wait: Callable[[Cohort], None], running: Cohort):
    """Ctrl-C ends a cohort with status 3 and one line, and leaves no process and no temporary file."""
    wait(running)
    running.interrupt()

    status, stderr = running.end()

    lines = [line for line in stderr.splitlines() if not line.startswith("[")]
    assert (status, lines) == (3, ["grading: interrupted; there is no score"])


@WAYS
def test_repeated_ctrl_c_ends_a_cohort(wait: Callable[[Cohort], None], running: Cohort):
    """Repeated Ctrl-C ends a cohort with status 3 and one line, without a traceback."""
    wait(running)
    deadline = time.monotonic() + SECONDS
    while not running.has_ended() and time.monotonic() < deadline:
        running.interrupt()
        time.sleep(0.05)

    status, stderr = running.end()

    lines = [line for line in stderr.splitlines() if not line.startswith("[")]
    assert (status, lines) == (3, ["grading: interrupted; there is no score"])


def test_an_interrupted_cohort_is_resumed(root: Path, running: Cohort):
    """A resumed cohort keeps the results of the interrupted run and grades only the rest."""
    running.wait_for_a_result()
    running.interrupt()
    running.end()
    graded = {path.parent.name: path.stat().st_mtime_ns for path in running.out.glob("*/graded.json")}
    assert graded
    assert graded.keys() <= table(running.out).keys()
    for path in running.paths[2:]:
        path.write_text(SOLUTION, encoding="utf-8")

    done = subprocess.run(
        command(*running.paths, "--out", running.out), cwd=root, env=environment(), check=False, timeout=300
    )

    assert done.returncode == 0
    assert len(table(running.out)) == len(running.paths)
    for name, written in graded.items():
        assert (running.out / name / "graded.json").stat().st_mtime_ns == written
