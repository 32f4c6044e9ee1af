"""Grade cohorts of 10, 100 and 1,000 submissions made from the catalogue: `nox -s bench -- cohort`.

Prints throughput, CPU seconds per submission, peak memory, and how these grow. Submissions whose mistake is to hang are
left out, because each takes exactly its time limit.
"""

import argparse
import csv
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import psutil  # noqa: E402 - the checkout is not installed

from grading.content.load import Assignment  # noqa: E402
from tests.cases import EXERCISE, Case, catalogue, correct  # noqa: E402

MIB = 1024 * 1024
_HANGS = ("any/timeout",)


def main() -> int:
    """Measure each cohort size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000], help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="submissions at a time (default: %(default)s)")
    args = parser.parse_args()

    assignment = Assignment(ROOT)
    cases = [
        case
        for case in (*catalogue(assignment), *correct(assignment))
        if case.level == "mid" and list(case.files) == [EXERCISE] and case.name not in _HANGS
    ]
    print(f"{len(cases)} different submissions of level mid, over and over; {args.jobs} at a time\n")
    print(
        f"{'submissions':>11}{'wall s':>9}{'a minute':>10}{'CPU s each':>12}{'main MB':>9}{'all MB':>8}{'no score':>10}"
    )
    walls: dict[int, float] = {}
    for size in args.sizes:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            walls[size] = measure(cases, size, args.jobs, Path(folder))
    first, last = min(walls), max(walls)
    if first < last:
        more = (walls[last] - walls[first]) / (last - first)
        print(f"\none more submission from {first} to {last}: {more:.3f} s of wall")
    return 0


def measure(cases: list[Case], size: int, jobs: int, folder: Path) -> float:
    """Grade `size` submissions, print a line of the table, and return the wall time in seconds."""
    paths = []
    for number, case in zip(range(size), itertools.cycle(cases), strict=False):
        # Each submission is made unique; otherwise it would count as graded already.
        source = case.files[EXERCISE] + f"\n# {number}\n".encode()
        path = folder / "in" / f"{number:04}-{case.name.replace('/', '-')}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(source)
        paths.append(str(path))
    command = [sys.executable, "-m", "grading", "cohort", *paths, "--out", str(folder / "out"), "--jobs", str(jobs)]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    told = (folder / "told").open("w")
    running = subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=told)
    peak = Peak(running.pid)
    status = running.wait()
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    peak.stop()
    told.close()
    if status:
        sys.exit(f"cohort ended with status {status}: {(folder / 'told').read_text(encoding='utf-8')[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with (folder / "out" / "cohort.csv").open(newline="", encoding="utf-8") as file:
        without = sum(not row["verdict"] for row in csv.DictReader(file))
    print(f"{size:>11}{wall:>9.1f}{60 * size / wall:>10.0f}{cpu / size:>12.3f}", end="")
    print(f"{peak.main:>9.0f}{peak.all:>8.0f}{without:>10}", flush=True)
    return wall


class Peak:
    """Measures the peak memory in MiB of a process, alone and with all its descendants.

    Shared pages are divided among the processes that share them (PSS), where the kernel reports that.
    """

    def __init__(self, pid: int) -> None:
        self.main = self.all = 0.0
        self._process = psutil.Process(pid)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop measuring."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(1.0):
            try:
                self.main = max(self.main, self._process.memory_info().rss / MIB)
                descendants = self._process.children(recursive=True)
            except psutil.Error:
                return
            self.all = max(self.all, sum(map(_held, [self._process, *descendants])))


def _held(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / MIB
    except psutil.AccessDenied:
        return float(process.memory_info().rss) / MIB
    except psutil.Error:
        return 0.0


if __name__ == "__main__":
    sys.exit(main())
