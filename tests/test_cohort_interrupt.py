"""Ctrl-C in a cohort: it stops in a few seconds, however often it comes, leaves nothing behind and can be resumed."""

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
# Far longer than stopping takes on a busy machine, and far less than the budget of an endless submission.
SECONDS = 120


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which an endless submission takes ten minutes of CPU time."""
    root = make_checkout(tmp_path_factory.mktemp("interrupted") / "checkout")
    manifest = root / "hidden_tests" / "assignment.toml"
    text = manifest.read_text(encoding="utf-8")
    assert "call_cpu_seconds = 5\n" in text
    manifest.write_text(text.replace("call_cpu_seconds = 5\n", "call_cpu_seconds = 600\n"), encoding="utf-8")
    return root


class Cohort:
    """A cohort that runs as in a terminal: one process group, which every Ctrl-C reaches."""

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
        """Return when a submission is graded: others are being graded, and others wait."""
        assert self._running.stderr is not None
        assert self._running.stderr.readline().startswith("[1/6]")

    def wait_for_a_worker(self) -> None:
        """Return when a worker's process is there, which cannot have got far."""
        while not any("spawn_main" in part for child in self._process.children() for part in child.cmdline()):
            assert self._running.poll() is None
            time.sleep(0.01)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        if self._running.poll() is None:
            os.killpg(self._running.pid, signal.SIGINT)

    def has_ended(self) -> bool:
        """Return whether the command has ended."""
        return self._running.poll() is not None

    def end(self) -> tuple[int, str]:
        """Return the status and the rest of what was printed; everything that was started must end too."""
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
    """A cohort that does not end by itself."""
    cohort = Cohort(root, tmp_path)
    yield cohort
    cohort.interrupt()


WAYS = pytest.mark.parametrize("wait", [Cohort.wait_for_a_result, Cohort.wait_for_a_worker])


@WAYS
def test_ctrl_c_ends_a_cohort(wait: Callable[[Cohort], None], running: Cohort):
    """One line, no traceback, status 3, no process and no temporary file left."""
    wait(running)
    running.interrupt()

    status, stderr = running.end()

    lines = [line for line in stderr.splitlines() if not line.startswith("[")]
    assert (status, lines) == (3, ["grading: interrupted; there is no score"])


@WAYS
def test_ctrl_c_again_and_again_ends_it_as_well(wait: Callable[[Cohort], None], running: Cohort):
    """Pressed until it has ended, Ctrl-C neither keeps it from ending nor adds a traceback."""
    wait(running)
    deadline = time.monotonic() + SECONDS
    while not running.has_ended() and time.monotonic() < deadline:
        running.interrupt()
        time.sleep(0.05)

    status, stderr = running.end()

    lines = [line for line in stderr.splitlines() if not line.startswith("[")]
    assert (status, lines) == (3, ["grading: interrupted; there is no score"])


def test_an_interrupted_cohort_is_resumed(root: Path, running: Cohort):
    """What was graded before is in the table and is not graded again."""
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
