"""Prints the budgets' table of docs/design.md, measured side by side in one run: `nox -s bench`.

Each command runs in turn with the others, so that a machine that changes its speed changes it for all; what is
printed is the median. Ratios count; absolute times do not hold from machine to machine.
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

from grading import score as scoring  # noqa: E402 - the checkout is not installed
from grading.content import Assignment  # noqa: E402
from grading.harness import make_sandbox  # noqa: E402
from grading.model import ScoredBy  # noqa: E402
from grading.pipeline import run_hidden_tests  # noqa: E402
from grading.report import read_report  # noqa: E402
from grading.sandbox.calls import Call, CandidateCode, Sandbox  # noqa: E402
from grading.submission import read_submission  # noqa: E402

REFERENCE = ROOT / "hidden_tests" / "reference" / "exercise.py"
IMPORTS = "import torch, sklearn.metrics"
PLAIN = ["-m", "pytest", "-q", "-p", "no:cacheprovider", str(ROOT / "tests" / "bench" / "plain_checks.py")]
MIB = 1024 * 1024


def main() -> None:
    """Measure and print."""
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
        for number in range(args.runs + 1):
            for name, command in commands.items():
                print(f"\r\033[Krun {number} of {args.runs}: {name}", end="", file=sys.stderr, flush=True)
                measured = run(command)
                if number:  # the first one warms the disk's cache
                    taken[name].append(measured)
        print("\r\033[Kwarm batch", end="", file=sys.stderr, flush=True)
        batch = warm_batch(args.batch, Path(folder))
        print("\r\033[K", end="", file=sys.stderr)

    print(f"medians of {args.runs} runs in turn, {os.cpu_count()} cores\n")
    print(f"{'command':<42}{'wall s':>8}")
    medians = {name: statistics.median(walls) for name, walls in taken.items()}
    for name, wall in medians.items():
        print(f"{name:<42}{wall:>8.2f}")
    grade, plain = medians["grade"], medians["plain pytest of the same checks"]
    throughput = plain / batch["wall"]
    print(f"\n{'budget':<52}{'measured':>12}{'at most':>10}")
    for what, value, limit in (
        ("grade / plain pytest, wall", grade / plain, 0.8),
        ("one more submission in a warm batch, CPU s", batch["cpu"], 0.4),
        ("warm worker, MB", batch["worker"] * 1.048576, 450),
        ("one call beside it, private MB", batch["call"] * 1.048576, 60),
        ("last / first ten submissions of the batch, wall", batch["growth"], 1.2),
        ("growth of the trusted process over the batch, MB", batch["leak"] * 1.048576, 60),
    ):
        print(f"{what:<52}{value:>12.2f}{limit:>10g}  {'met' if value <= limit else 'MISSED'}")
    print(
        f"{'warm batch / plain pytest, throughput (one core each)':<52}{throughput:>12.1f}{'20 or more':>12}", end="  "
    )
    print("met" if throughput >= 20 else "MISSED")
    print("\n1,000 submissions: nox -s bench -- cohort; the batch above is graded by one process, one after the other.")


def run(command: list[str]) -> float:
    """Return the wall seconds of a command."""
    environment = {**os.environ, "SUBMISSION": str(REFERENCE)}
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
    return wall


def warm_batch(size: int, folder: Path) -> dict[str, float]:
    """Grade the reference again and again in one warm worker and return what one more of them takes."""
    assignment = Assignment(ROOT)
    preload = tuple(assignment.manifest.preload.values())
    sandbox = make_sandbox(assignment, preload=preload, protected=True, lasting=True)

    def once() -> None:
        read, rubric = read_submission(REFERENCE, assignment), assignment.rubric("mid")
        report = folder / "batch.json"
        run_hidden_tests(read, assignment=assignment, rubric=rubric, sandbox=sandbox, seed=1, report=report)
        card = scoring.score(read_report(report), rubric, assignment.mistake)
        assert card.points(ScoredBy.TESTS) == 85

    once()
    worker = worker_pid()
    memory, before, walls = resident(os.getpid()), os.times(), []
    worker_before = cpu_of(worker)
    for _ in range(size):
        started = time.perf_counter()
        once()
        walls.append(time.perf_counter() - started)
    own = os.times()
    cpu = own.user + own.system - before.user - before.system + cpu_of(worker) - worker_before
    found = {
        "wall": statistics.median(walls),
        "cpu": cpu / size,
        "growth": statistics.median(walls[-10:]) / statistics.median(walls[:10]),
        "leak": resident(os.getpid()) - memory,
        "worker": resident(worker),
        "call": private_memory_of_a_call(sandbox, worker),
    }
    sandbox.close()
    return found


def private_memory_of_a_call(sandbox: Sandbox, worker: int) -> float:
    """Return the MiB that a call has for itself, while a submission that used torch sleeps."""
    work = b"(torch.ones(64, 64, requires_grad=True) @ torch.ones(64)).sum().backward()"
    source = b"import time, torch\n" + work + b"\ntime.sleep(3)\n"
    code = CandidateCode(module="assignment.exercise", files={"assignment/exercise.py": source})
    call = Call(code=code, probe="importing", inputs={}, seconds=10)
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
    """Return the process id of the warm worker: the youngest descendant of this process."""

    def youngest(pid: int) -> int:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return youngest(int(children[-1])) if children else pid

    return youngest(os.getpid())


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MIB


if __name__ == "__main__":
    main()
