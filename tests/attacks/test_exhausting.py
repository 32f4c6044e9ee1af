"""Submissions that exhaust resources: limits hold, the report stays small, and only the attacked criterion fails."""

import time
from pathlib import Path

import msgspec
import pytest

from tests.attacks.conftest import FULL, in_evaluate, named, points
from tests.cases import PIPELINE
from tests.compose import compose
from tests.conftest import REFERENCE, Grade

REPORT_BYTES = 1 << 20
# CPU time of the trusted process; the reference at researcher level takes less than one second.
MOST_CPU_SECONDS = 30
IN_EVALUATE = {
    "forks": ("import os\nwhile True: os.fork()", "crash"),
    "threads": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(1e6,)).start()",
        "crash",
    ),
    "100 GB": ("x = bytearray(100_000_000_000)", "crash"),
    "a tensor of 10^12": ("return torch.zeros(10**12)", "crash"),
    "a list without end": ("x = [0]\nwhile True: x += x", None),
    "recursion": ("return evaluate(model, loader, threshold)", "crash"),
    "a large file": ("open('/tmp/large', 'wb').write(bytes(1 << 26))", "crash"),
    "files that add up": (
        "for n in range(1000): open(f'/candidate/{n}', 'wb').write(bytes(1 << 20))",
        "crash",
    ),
    "a million files": ("for n in range(10**6): open(f'/tmp/{n}', 'w').close()", "crash"),
    "a million folders": ("import os\nfor n in range(10**6): os.mkdir(f'/dev/shm/{n}')", "crash"),
    "output without end": ("import os\nwhile True: os.write(1, b'x' * 65536)", "timeout"),
    "errors without end": ("import sys\nwhile True: print('x' * 65536, file=sys.stderr)", "timeout"),
    "descriptors": ("files = []\nwhile True: files.append(open('/dev/null'))", "crash"),
    "a million warnings": ("import warnings\nwhile True: warnings.warn('x' * 1000)", "timeout"),
    "a reply of 1 GB": ("return dict.fromkeys(['precision', 'recall', 'f1'], torch.zeros(1 << 28))", None),
    "a key of 100 MB": ("return {'x' * 10**8: 1.0}", None),
    "a million keys": ("return {str(n): 1.0 for n in range(10**6)}", None),
    "a nested result": (
        "x = {}\nfor n in range(10**5): x = {'f1': x}\nreturn {'precision': x, 'recall': x, 'f1': x}",
        None,
    ),
    "a long message": ("raise RuntimeError('x' * 10**8)", "crash"),
    "a name of a million letters": ("raise type('E' * 10**6, (Exception,), {})", "crash"),
}


@pytest.mark.parametrize("attack", IN_EVALUATE)
def test_resource_exhaustion_fails_only_its_criterion(attack: str, grade: Grade):
    """A submission that exhausts a resource fails one criterion, leaves no shared memory, and gets a small report."""
    before = _shared_memory()
    body, mistake = IN_EVALUATE[attack]

    card = grade(in_evaluate(body))

    assert points(card) == {**FULL, "evaluation": 0.0}
    if mistake is not None:
        assert named(card) == [("evaluation", mistake)]
    assert len(msgspec.json.encode(card)) < REPORT_BYTES
    assert _shared_memory() == before


# Researcher level: the results are large, and the grader compares and prints them.
LARGE_RESULTS = {
    "600,000 rows": "return [torch.zeros(600_000, features.shape[1]), torch.zeros(600_000)] * 2",
    "20 million values": "return [torch.zeros(2_500_000, 8), torch.zeros(2_500_000)] * 2",
    "a meta tensor": "return [torch.zeros(10**9, 4, device='meta'), torch.zeros(10**9, device='meta')] * 2",
}


@pytest.mark.parametrize("result", LARGE_RESULTS)
def test_large_results_at_researcher_level_take_bounded_time(
    result: str, grade: Grade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A split that returns millions of values is scored within bounded CPU time, also when CI=true."""
    monkeypatch.setenv("CI", "true")
    source = compose(f"def split(features, labels, seed):\n    {LARGE_RESULTS[result]}\n", "pipeline.py")
    before = time.process_time()

    # The budget covers the results only: training on so many rows would use up a minute.
    files, solution = {PIPELINE: source}, REFERENCE.read_text(encoding="utf-8")
    card = grade(solution, level="researcher", optional_files=files, only="broken-pipeline", cpu_seconds=10)

    assert time.process_time() - before < MOST_CPU_SECONDS
    (pipeline,) = (criterion for criterion in card.criteria if criterion.id == "broken-pipeline")
    failed = {test.id for test in pipeline.tests if test.outcome.value not in ("passed", "timeout")}
    assert {"split_draws_at_random", "split_keeps_the_share_of_positives"} <= failed
    assert len(msgspec.json.encode(card)) < REPORT_BYTES


def _shared_memory() -> set[Path]:
    folder = Path("/dev/shm")
    # Other processes on this machine create and delete semaphores of multiprocessing at any time.
    return {path for path in folder.iterdir() if not path.name.startswith("sem.mp-")} if folder.is_dir() else set()
