"""Tests with generated replies: valid replies never make the trusted side fail, earn points, or use much memory.

The candidate proxy is replaced by one that answers each probe with a generated reply that matches its record: at
random, or as large as the record allows.
"""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

# Runs the hidden tests of a level on generated replies and prints the points, sizes and the peak memory of the process.
RUN = """
import json, resource, sys, tempfile
from pathlib import Path

import grading.run.harness
from grading.scoring import score as scoring
from grading.content.load import Assignment
from grading.sandbox.start import make_sandbox
from grading.pipeline.pages import pages
from grading.run.grading_run import GradingRun
from grading.run.hidden_tests import run_hidden_tests
from grading.scoring.report import read_report
from grading.sandbox.inside import wire
from grading.submission.read import read_submission
from grading.run.candidate import CandidateFailure, CandidateProxy
from tests.cases import EXERCISE, FOLLOWUPS, PIPELINE
from tests.compose import compose
from tests.replies import Replies, peak_bytes

root, level, largest, *seeds = sys.argv[1:]
largest = largest == "largest"


class MadeUp(CandidateProxy):
    def _reply(self, code, probe, inputs):
        raise AssertionError("no code runs here")

    def call(self, probe, inputs, record, sizes=None, *, file=None):
        self._record, self._sizes = record, sizes or {}
        return super().call(probe, inputs, record, sizes, file=file)

    def _observed(self, probe, inputs, file):
        reply = replies.of(self._record, self._sizes)
        # Decode what the wire would carry; a reply that does not fit into a frame would never arrive.
        try:
            return wire.decode(wire.encode(dict(reply)))
        except wire.WireError:
            largest_that_fits.append(probe)
            return wire.decode(wire.encode(dict(Replies(seed).of(self._record, self._sizes))))


class NoSandbox:
    name = "none"

    def call(self, call):
        raise AssertionError("no code runs here")

    def close(self):
        pass


grading.run.harness.CandidateProxy = MadeUp
assignment = Assignment(Path(root))
rubric = assignment.rubric(level)
folder = Path(tempfile.mkdtemp())
for name in (EXERCISE, FOLLOWUPS, PIPELINE):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(compose("", Path(name).name))
submission = read_submission(folder, assignment)
found = []
for seed in map(int, seeds):
    replies, largest_that_fits = Replies(seed, largest=largest), []
    report = folder / "report.json"
    run = GradingRun(submission=submission, assignment=assignment, rubric=rubric, seed=seed, figures=True)
    run_hidden_tests(run, sandbox=NoSandbox(), report=report, progress=False)
    card = scoring.score(read_report(report), rubric, assignment.mistake)
    written = [len(text) for text in pages(card, assignment, folder).values()]
    found.append(
        {
            "points": {c.id: c.points for c in (*card.criteria, *card.bonus) if c.tests},
            "bytes": max(report.stat().st_size, *written),
            "not tried": largest_that_fits,
        }
    )
peak = peak_bytes()
print(json.dumps({"found": found, "peak": peak, "cpu": sum(resource.getrusage(resource.RUSAGE_SELF)[:2])}))
"""


def run(level: str, kind: str, *seeds: int) -> dict[str, object]:
    """Return the results of runs on generated replies."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(ROOT), level, kind, *map(str, seeds)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("level", ["senior", "researcher"])
def test_random_valid_replies_are_graded(level: str) -> None:
    """Every run with random valid replies ends with a score: no fixture, test, diagnosis, figure or page raises."""
    found = run(level, "random", *range(12))["found"]

    assert len(found) == 12  # type: ignore[arg-type]


@pytest.mark.parametrize("level", ["senior", "researcher"])
def test_the_largest_valid_replies_take_bounded_resources(level: str) -> None:
    """The largest valid replies take less than 300 MB and a minute of CPU time, and report and pages less than 5 MB."""
    result = run(level, "largest", 0)

    assert result["peak"] < 300e6  # type: ignore[operator]
    assert result["cpu"] < 60  # type: ignore[operator]
    for one in result["found"]:  # type: ignore[attr-defined]
        assert one["bytes"] < 5e6
        assert not one["not tried"], f"larger than a frame, so bound them: {one['not tried']}"


# The largest frames that match no record, decoded in a process of their own.
FRAMES = """
import sys
from grading.sandbox.inside import wire
from grading.sandbox.replies import read_reply
from tests.replies import peak_bytes

room = wire.MAX_DOCUMENT_BYTES - 100
block = wire.MAX_FRAME_BYTES - wire.MAX_DOCUMENT_BYTES - 100
of = {
    "empty lists": "[" + "[]," * (room // 3) + "[]]",
    "empty mappings": "[" + "{}," * (room // 3) + "{}]",
    "numbers": "[" + "1," * (room // 2) + "1]",
    "texts": "[" + '"\\u0101",' * (room // 9) + '""]',
    "keys": "{" + ",".join(f'"{n}":0' for n in range(room // 12)) + "}",
    "arrays": "[" + '{"$array":["uint8",[0],0]},' * (room // 27) + "0]",
    "one array": '{"$array":["uint8",[%d],0]}' % block,
    "a large shape": '{"$array":["float64",[4294967296,4294967296],0]}',
}[sys.argv[1]]
document = ('{"nonce":"","observed":{"x":' + of + "}}").encode()
frame = wire.HEADER.pack(wire.MAGIC, len(document), block) + document + bytes(block)
read_reply(frame, nonce="")
print(peak_bytes())
"""
KINDS = (
    *("empty lists", "empty mappings", "numbers", "texts", "keys"),
    *("arrays", "one array", "a large shape"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_largest_invalid_frames_take_bounded_memory(kind: str) -> None:
    """Decoding a frame of the largest size, with any content, takes less than 200 MB."""
    done = subprocess.run(
        [sys.executable, "-c", FRAMES, kind], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300
    )

    assert int(done.stdout) < 200e6
