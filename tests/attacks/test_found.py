"""Regression tests for attacks that once worked: each submission gets a score, and only for its honest part."""

from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.render import to_feedback, to_json, to_summary
from grading.sandbox.calls import Call, Sandbox, Status, SubmittedCode
from grading.submission.read import read_answers, read_submission
from tests.attacks.conftest import FULL, HONEST, NOTHING, in_evaluate, named, points
from tests.attacks.test_repository import _git
from tests.compose import compose
from tests.conftest import BUDGET, REFERENCE, Grade

# Each source once kept the grader from writing a score; the second value is the score that it must get.
NO_SCORE: dict[str, tuple[bytes, dict[str, float]]] = {
    "half a surrogate pair in a message": (
        in_evaluate("raise ValueError('\\ud800')").encode(),
        {**FULL, "evaluation": 0.0},
    ),
    "the same at import": (f"{HONEST}\nraise ValueError('\\ud800')\n".encode(), NOTHING),
    "the same in a note": (
        compose(
            "def make_loss(train_labels):\n    import torch\n"
            "    if train_labels.sum() == 0: raise ValueError('\\ud800')\n"
            "    weight = (train_labels == 0).sum() / (train_labels == 1).sum()\n"
            "    return torch.nn.BCEWithLogitsLoss(pos_weight=weight)\n"
        ).encode(),
        FULL,
    ),
    "a number of 400 digits": (in_evaluate(f"return {'1' * 400}").encode(), {**FULL, "evaluation": 0.0}),
    "a long number in hexadecimal": (in_evaluate(f"return 0x{'f' * 5000}").encode(), {**FULL, "evaluation": 0.0}),
    "the status that our own failure has": (f"import os; os._exit(121)\n{HONEST}".encode(), NOTHING),
    "the same with a message": (
        b"import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'-GRD1' + bytes(8))\n    except OSError: pass\n"
        b"os._exit(121)\n" + HONEST.encode(),
        NOTHING,
    ),
    **{
        f"the codec {codec}": (f"# -*- coding: {codec} -*-\n{HONEST}".encode(), NOTHING)
        for codec in ("rot13", "hex", "bz2", "zlib", "uu", "base64", "quopri", "idna", "undefined")
    },
    **{
        f"half a pair by {codec}": (f"# -*- coding: {codec} -*-\n# \\ud800\nraise ValueError\n".encode(), NOTHING)
        for codec in ("unicode_escape", "raw_unicode_escape")
    },
}


@pytest.mark.parametrize("attack", NO_SCORE)
def test_every_source_gets_a_score(attack: str, grade: Grade):
    """Every source is graded, whatever its encoding or messages, and its pages can be written."""
    source, earned = NO_SCORE[attack]

    card = grade(source)

    assert points(card) == earned
    to_json(card, []).encode()
    to_summary(card, []).encode()


# A prologue that searches loaded modules for functions of the grader that do the candidate's work.
BORROWED = """
import sys
for name, module in list(sys.modules.items()):
    for key, value in list(vars(module).items()) if hasattr(module, '__dict__') else []:
        if callable(value) and getattr(value, '__code__', None) is not None and name.startswith(('hidden', 'grading')):
            if 'train_epoch' in key: train_epoch = value
            if 'evaluate' in key: evaluate = value
            if key in ('make_loss', '_loss'): make_loss = value
"""


@pytest.mark.parametrize("level", ["mid", "researcher"])
def test_sandbox_contains_no_reusable_solution(level: str, grade: Grade):
    """The modules loaded in the sandbox contain no solution that an empty submission could reuse."""
    assert points(grade(BORROWED, level=level))["training-loop"] == 0
    assert points(grade(BORROWED)) == NOTHING


# Attempts to avoid the comparison of an empty `train_epoch` through arrays that broadcast; each is a statement with
# access to the model.
COMPARED_AS_NOTHING = {
    **{
        f"flat of shape {shape}": f"model.flat = lambda: torch.empty{shape}"
        for shape in ("(0, 1)", "(0, 5)", "(0, 1, 1)", "(3, 0, 1)", "(0, 1, 5)")
    },
    "flat of the class": "type(model).flat = lambda self: torch.empty(0, 1)",
    "flat of every module": "torch.nn.Module.flat = lambda self: torch.empty(0, 1)",
    "weight and bias": "model.weight = model.bias = torch.nn.Parameter(torch.empty(0, 1))",
    "data of the weight": "model.weight.data = torch.empty(0, 1)",
    "cat": "torch.cat = lambda *a, **k: torch.empty(0, 1)",
    "reshape": "torch.Tensor.reshape = lambda self, *a: torch.empty(0, 1)",
    "detach": "torch.Tensor.detach = lambda self: torch.empty(0, 1)",
    "clone": "torch.Tensor.clone = lambda self, **k: torch.empty(0, 1)",
    "numpy": "torch.Tensor.numpy = lambda self, **k: __import__('numpy').empty((0, 1))",
    "to": "torch.Tensor.to = lambda self, *a, **k: torch.empty(0, 1, dtype=torch.float64)",
    "sub": "torch.sub = torch.mul = lambda *a, **k: torch.empty(0, 1)",
}


def _untrained(attack: str, rest: str) -> str:
    return compose(
        "import torch\n"
        f"def train_epoch(model, loader, loss_fn, optimizer):\n    {attack}\n    {rest}\n"
        f"def evaluate(model, loader, threshold=0.5):\n    {attack}\n"
        "    return dict.fromkeys(['precision', 'recall', 'f1'], 0.0)\n"
    )


@pytest.mark.parametrize("attack", COMPARED_AS_NOTHING)
def test_an_observation_without_values_earns_nothing(attack: str, grade: Grade):
    """An empty array agrees with no expected values, whichever way candidate code puts it into a reply."""
    earned = points(grade(_untrained(COMPARED_AS_NOTHING[attack], "return 0.5")))

    assert (earned["training-loop"], earned["evaluation"]) == (0, 0)


# A correct mean loss of a model that is in training mode but is never trained.
LOSSES = "return sum(loss_fn(model.train()(x), y).item() for x, y in loader) / len(loader)"


@pytest.fixture(scope="module")
def untrained(grade: Grade) -> float:
    """Return the points that correct losses earn without training."""
    return points(grade(_untrained("pass", LOSSES)))["training-loop"] or 0.0


@pytest.mark.parametrize("attack", COMPARED_AS_NOTHING)
def test_an_observation_without_values_adds_nothing(attack: str, untrained: float, grade: Grade):
    """An empty array of parameters is not accepted as trained parameters, even if the losses are correct."""
    earned = points(grade(_untrained(COMPARED_AS_NOTHING[attack], LOSSES)))["training-loop"]

    assert earned is not None
    assert earned <= untrained == 15


@pytest.mark.parametrize("kind", ["missing-no-grad", "loss-keeps-graph", "wrong-reduction", "nonsense", "pass"])
def test_an_error_of_a_made_up_kind_is_a_crash(kind: str, grade: Grade):
    """An error whose kind candidate code has made up counts as a crash.

    The id of a minor mistake would cost fewer points, and an unknown id would stop the grading.
    """
    forge = (
        "import sys\nfor module in list(sys.modules.values()):\n"
        "    error = getattr(module, 'CandidateError', None)\n"
        "    if error is not None:\n"
        "        def made_up(self, *args, **kwargs):\n"
        f"            self.record = dict(kind={kind!r}, line=None, detail='', at_import=False)\n"
        "        error.__init__ = made_up\n"
    )
    stubs = "".join(
        f"def {signature}:\n    raise NotImplementedError\n"
        for signature in ("make_loss(y)", "train_epoch(m, l, f, o)", "evaluate(m, l, threshold=0.5)")
    )

    card = grade(f"{forge}{stubs}")

    assert points(card) == NOTHING
    assert {mistake for _, mistake in named(card)} <= {"crash"}


def test_dev_is_read_only(sandbox: Sandbox):
    """Candidate code cannot write to /dev."""
    source = b"open('/dev/left-behind', 'w')"
    code = SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": source})

    reply = sandbox.call(Call(code=code, probe="importing", inputs={}, budget=BUDGET))

    assert reply.status is Status.FAILED
    assert reply.error is not None and "Read-only" in reply.error.detail


def test_shared_memory_is_refused(sandbox: Sandbox):
    """The sandbox refuses System V shared memory, which no memory limit would count."""
    source = b"import ctypes\nassert ctypes.CDLL(None, use_errno=True).shmget(0, 1 << 20, 0o1600) == -1\n"
    code = SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": source})

    assert sandbox.call(Call(code=code, probe="importing", inputs={}, budget=BUDGET)).status is Status.ANSWERED


def test_a_note_is_short(grade: Grade):
    """A note for the reviewer is at most 300 characters long, even if the submission produces a long message."""
    source = compose(
        "import torch\nclass Long(str):\n    pass\ndef make_loss(train_labels):\n"
        "    if train_labels.sum() == 0: raise ValueError('x' * 6_000_000)\n"
        "    return torch.nn.BCEWithLogitsLoss(pos_weight=(train_labels == 0).sum() / (train_labels == 1).sum())\n"
    )

    assert all(len(flag.detail) <= 300 for flag in grade(source).flags)


@pytest.mark.parametrize("heading", ["## " + "1" * 5000 + ". x", "## 1. x" + " " * 200_000 + "x", "##" + " " * 200_000])
def test_a_long_heading_is_parsed_quickly(heading: str):
    """A heading with a very long number or with very many spaces is parsed quickly."""
    assert read_answers(f"{heading}\nanswer\n", "") is not None


def test_a_commit_with_very_many_files_is_read_quickly(tmp_path: Path, assignment: Assignment):
    """A commit with 60,000 files is read with little memory and time."""
    (tmp_path / "assignment").mkdir()
    (tmp_path / "assignment" / "exercise.py").write_bytes(REFERENCE.read_bytes())
    _git(tmp_path, "init")
    blob = "0" * 39 + "1"
    entries = "".join(f"100644 blob {blob}\t{'x' * 200}{n}\n" for n in range(60_000))
    made = _git_reads(tmp_path, entries, "mktree", "--missing")
    commit = _git_reads(tmp_path, "", "commit-tree", "-m", "bomb", made)
    _git(tmp_path, "update-ref", "HEAD", commit)

    read = read_submission(tmp_path, assignment)

    assert len(read.record.history.outside) <= 30


def _git_reads(folder: Path, text: str, *arguments: str) -> str:
    import subprocess

    settings = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    done = subprocess.run(
        ["git", "-C", str(folder), *settings, *arguments], input=text, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_line_beyond_the_file_is_not_reported(grade: Grade, assignment: Assignment):
    """A line number beyond the end of the file is not reported: candidate code could encode hidden labels in it."""
    card = grade(
        "def make_loss(train_labels):\n"
        "    line = 400_000 + 100 * int(train_labels.sum()) + len(train_labels)\n"
        "    exec(compile('\\n' * (line - 1) + 'raise ValueError', __file__, 'exec'))\n"
    )

    found = next(found for found in card.mistakes if found.criterion == "weighted-loss")
    assert (found.mistake.id, found.line) == ("crash", None)
    assert "ValueError." in to_feedback(card, assignment.questions("mid"))
    assert "line 4" not in to_feedback(card, assignment.questions("mid"))
