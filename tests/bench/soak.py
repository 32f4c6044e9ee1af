"""Check that grades are deterministic: `nox -s soak`.

The same submission and seed must give the same `grade.json`, except for the seconds: alone, next to other work, and
with one thread or two. Another seed must give the same points for every entry of the catalogue and every correct
solution. The exit status is 1 if anything differs.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402 - the checkout is not installed
from rich.progress import track  # noqa: E402

from grading.cohort.worker import Job, grade_job  # noqa: E402
from grading.cohort.workers import Processes  # noqa: E402
from grading.content.load import Assignment  # noqa: E402
from grading.content.version import this_grader  # noqa: E402
from grading.submission.read import read_submission  # noqa: E402
from tests.busy import busy_processes  # noqa: E402
from tests.cases import EXERCISE, Case, catalogue, correct  # noqa: E402

Seeded = tuple[Case, int]
# Number of grades between two lines of progress, if there is no terminal.
_LINE_EVERY = 100


def main() -> int:
    """Run all checks, print the results, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="runs of the same submission (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=20, help="seeds for each submission (default: %(default)s)")
    parser.add_argument("--only", default="", help="only submissions with this in their name")
    args = parser.parse_args()

    assignment = Assignment(ROOT)
    everything = [case for case in (*correct(assignment), *catalogue(assignment)) if args.only in case.name]
    chosen = [case for case in everything if case.name in _TELLING] or everything[:3]
    grades: dict[str, set[str]] = defaultdict(set)
    with Processes(1).executor(1) as pool:
        _collect(pool, _runs(chosen, args.runs, threads=1), grades, "one after the other, one thread")
        _collect(pool, _runs(chosen, args.runs, threads=2), grades, "one after the other, two threads")
    with Processes(2).executor(2) as pool, busy_processes(2 * (os.cpu_count() or 1)):
        _collect(pool, _runs(chosen, args.runs, threads=1), grades, "two at a time, beside other work")
    restless = sorted(name for name, texts in grades.items() if len(texts) > 1)
    for case in chosen:
        print(f"{case.name}: {3 * args.runs} runs with one seed, {len(grades[case.name])} grade.json")

    scores: dict[str, dict[int, tuple[object, ...]]] = defaultdict(dict)
    jobs = [(case, seed) for case in everything for seed in range(args.seeds)]
    cores = os.cpu_count() or 1
    with Processes(cores).executor(cores) as pool:
        for (case, seed), text in zip(jobs, _grade_all(pool, jobs, "other seeds"), strict=True):
            scores[case.name][seed] = _points(text)
    moved = {name: by_seed for name, by_seed in scores.items() if len(set(by_seed.values())) > 1}
    print(f"{len(scores)} submissions with {args.seeds} seeds each: {len(scores) - len(moved)} with the same points")
    for name, by_seed in moved.items():
        print(f"{name}: {by_seed}")
    for name in restless:
        print(f"{name}: not the same grade.json each time")
    return 1 if moved or restless else 0


# Correct submissions, a mistake in each of the three functions, and results that depend on the number of threads.
_TELLING = (
    *("reference", "sklearn_prfs", "weighted-loss/wrong-pos-weight", "training-loop/missing-zero-grad"),
    *("evaluation/averages-batches", "model_improvement/batchnorm_mlp"),
)


def _collect(pool: Executor, jobs: Sequence[Seeded], grades: dict[str, set[str]], what: str) -> None:
    for (case, _), text in zip(jobs, _grade_all(pool, jobs, what), strict=True):
        grades[case.name].add(text)


def _grade_all(pool: Executor, jobs: Sequence[Seeded], what: str) -> Iterator[str]:
    """Yield the grade of each job in order, and report progress: a bar in a terminal, otherwise occasional lines."""
    texts, console = pool.map(_grade, *zip(*jobs, strict=True)), Console(stderr=True)
    if console.is_terminal:
        yield from track(texts, description=what, total=len(jobs), console=console)
        return
    for done, text in enumerate(texts, start=1):
        if done % _LINE_EVERY == 0 or done == len(jobs):
            print(f"[{done}/{len(jobs)}] {what}", file=sys.stderr, flush=True)
        yield text


def _grade(case: Case, seed: int) -> str:
    """Grade in the warm sandbox of this process, and return grade.json without the seconds."""
    assignment = Assignment(ROOT)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        read = read_submission(case.write(Path(folder) / "submission"), assignment)
    job = Job(
        name=case.name, key="", submission=read, level=case.level, seed=seed, grader=this_grader(ROOT), figures=False
    )
    grade = json.loads(grade_job(job).files["grade.json"])
    return json.dumps({key: value for key, value in grade.items() if key != "seconds"})


def _points(text: str) -> tuple[object, ...]:
    grade = json.loads(text)
    return tuple((c["id"], c["points"]) for c in (*grade["criteria"], *grade["bonus"]))


def _runs(cases: Sequence[Case], times: int, threads: int) -> list[Seeded]:
    """Return each case `times` times, with one seed and with `threads` threads."""
    choose = f"\n\nimport torch\n\ntorch.set_num_threads({threads})\n".encode()
    threaded = [replace(case, files={**case.files, EXERCISE: case.files[EXERCISE] + choose}) for case in cases]
    return [(case, 7) for case in threaded for _ in range(times)]


if __name__ == "__main__":
    sys.exit(main())
