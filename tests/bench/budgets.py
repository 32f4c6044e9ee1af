"""Print the table of budgets in docs/design.md, measured in one run: `nox -s bench`.

The commands and parts of the batch run in turn, so that a machine that changes its speed affects all of them. The table
shows medians. Ratios are comparable between machines; absolute times are not.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from grading.content.load import Assignment  # noqa: E402
from grading.content.records import ScoredBy  # noqa: E402
from grading.pipeline.pages import pages  # noqa: E402
from grading.run.grading_run import GradingRun  # noqa: E402
from grading.run.hidden_tests import run_hidden_tests  # noqa: E402
from grading.sandbox.calls import Call, Sandbox, SubmittedCode  # noqa: E402
from grading.sandbox.inside.budget import Budget  # noqa: E402
from grading.sandbox.start import make_sandbox  # noqa: E402
from grading.scoring import score as scoring  # noqa: E402
from grading.scoring.report import read_report  # noqa: E402
from grading.submission.read import read_submission  # noqa: E402

REFERENCE = ROOT / "hidden_tests" / "reference" / "exercise.py"
BUDGET = Budget(cpu_seconds=60, idle_seconds=20.0)
IMPORTS = "import torch, sklearn.metrics"
PLAIN = ["-m", "pytest", "-q", "-p", "no:cacheprovider", str(ROOT / "tests" / "bench" / "plain_checks.py")]
MIB = 1024 * 1024
ONE_MORE = "one more submission in a warm batch"
TURN = 8  # submissions of the batch in each turn, which take about as long as one command


def main() -> None:
    """Measure the budgets and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each command (default: %(default)s)")
    parser.add_argument("--batch", type=int, default=40, help="submissions in the warm batch (default: %(default)s)")
    args = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        commands = {
            "grade": [sys.executable, "-m", "grading", "grade", str(REFERENCE), "--out", folder],
            "plain pytest of the same checks": [sys.executable, *PLAIN],
            f"python -c '{IMPORTS}'": [sys.executable, "-c", IMPORTS],
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        taken[ONE_MORE] = []
        warm = WarmBatch(Path(folder))
        for number in range(args.runs + 1):
            for name, command in commands.items():
                say(f"run {number} of {args.runs}: {name}")
                measured = run(command)
                if number:  # the first run fills the disk cache
                    taken[name].append(measured)
            taken[ONE_MORE] += [warm.grade() for _ in range(TURN)]
        say("warm batch")
        batch = warm.measure(args.batch)
        memory = largest_worker()
        say("")

    print(f"medians of {args.runs} runs in turn, {os.cpu_count()} cores\n")
    print(f"{'command':<42}{'wall s':>8}")
    medians = {name: statistics.median(walls) for name, walls in taken.items()}
    for name, wall in medians.items():
        print(f"{name:<42}{wall:>8.2f}")
    grade, plain = medians["grade"], medians["plain pytest of the same checks"]
    throughput = plain / medians[ONE_MORE]
    print(f"\n{'budget':<52}{'measured':>12}{'at most':>10}")
    for what, value, limit in (
        ("grade / plain pytest, wall", grade / plain, 0.8),
        ("one more submission in a warm batch, CPU s", batch["cpu"], 0.2),
        ("warm worker with all that may be imported, MB", memory["worker"] * 1.048576, 450),
        ("one call beside it, private MB", memory["call"] * 1.048576, 60),
        ("last / first ten submissions of the batch, wall", batch["growth"], 1.2),
        ("growth of the trusted process over the batch, MB", batch["leak"] * 1.048576, 60),
    ):
        print(f"{what:<52}{value:>12.2f}{limit:>10g}  {'met' if value <= limit else 'MISSED'}")
    print(
        f"{'warm batch / plain pytest, throughput (one core each)':<52}{throughput:>12.1f}{'25 or more':>12}", end="  "
    )
    print("met" if throughput >= 25 else "MISSED")
    print("\n1,000 submissions: nox -s bench -- cohort; the batch above is graded by one process, one after the other.")


def say(what: str) -> None:
    """Replace the progress line on standard error."""
    print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


def run(command: list[str]) -> float:
    """Run a command and return its wall time in seconds."""
    environment = {**os.environ, "SUBMISSION": str(REFERENCE)}
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
    return wall


class WarmBatch:
    """Grades the reference repeatedly in one warm worker."""

    def __init__(self, folder: Path) -> None:
        self._assignment = Assignment(ROOT)
        self._folder, self._report = folder, folder / "batch.json"
        # As in a cohort, what the submission imports is preloaded.
        preload = read_submission(REFERENCE, self._assignment).preload
        self._sandbox = make_sandbox(self._assignment, preload=preload, protected=True, long_lived=True)
        self.grade()

    def grade(self) -> float:
        """Grade the reference once, including its pages, and return the wall time in seconds."""
        started = time.perf_counter()
        submission, rubric = read_submission(REFERENCE, self._assignment), self._assignment.rubric("mid")
        run = GradingRun(submission=submission, assignment=self._assignment, rubric=rubric, seed=1)
        run_hidden_tests(run, sandbox=self._sandbox, report=self._report, progress=False)
        card = scoring.score(read_report(self._report), rubric, self._assignment.mistake)
        assert card.points(ScoredBy.TESTS) == 85
        assert pages(card, self._assignment, self._folder)
        return time.perf_counter() - started

    def measure(self, size: int) -> dict[str, float]:
        """Grade the reference `size` times, close the sandbox, and return the measured values."""
        worker = worker_pid()
        memory, before, worker_before = resident(os.getpid()), os.times(), cpu_of(worker)
        walls = [self.grade() for _ in range(size)]
        own = os.times()
        cpu = own.user + own.system - before.user - before.system + cpu_of(worker) - worker_before
        found = {
            "cpu": cpu / size,
            "growth": statistics.median(walls[-10:]) / statistics.median(walls[:10]),
            "leak": resident(os.getpid()) - memory,
        }
        self._sandbox.close()
        return found


def largest_worker() -> dict[str, float]:
    """Return the memory in MiB of a worker that has imported every allowed package, and of one call in it."""
    assignment = Assignment(ROOT)
    preload = tuple(assignment.manifest.preload.values())
    sandbox = make_sandbox(assignment, preload=preload, protected=True, long_lived=True)
    empty = SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": b""})
    sandbox.call(Call(code=empty, probe="importing", inputs={}, budget=BUDGET))
    worker = worker_pid()
    found = {"worker": resident(worker), "call": private_memory_of_a_call(sandbox, worker)}
    sandbox.close()
    return found


def private_memory_of_a_call(sandbox: Sandbox, worker: int) -> float:
    """Return the private memory of a call in MiB, measured while a submission that used torch sleeps."""
    work = b"(torch.ones(64, 64, requires_grad=True) @ torch.ones(64)).sum().backward()"
    source = b"import time, torch\n" + work + b"\ntime.sleep(3)\n"
    code = SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": source})
    call = Call(code=code, probe="importing", inputs={}, budget=BUDGET)
    thread = threading.Thread(target=sandbox.call, args=(call,))
    thread.start()
    time.sleep(1.5)
    children = Path(f"/proc/{worker}/task/{worker}/children").read_text(encoding="ascii").split()
    kib = 0
    for line in Path(f"/proc/{children[0]}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Private_"):
            kib += int(line.split()[1])
    thread.join()
    return kib / 1024


def worker_pid() -> int:
    """Return the process id of the warm worker, the youngest descendant of this process."""

    def youngest(pid: int) -> int:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return youngest(int(children[-1])) if children else pid

    return youngest(os.getpid())


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process and of its ended children."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MIB


if __name__ == "__main__":
    main()
