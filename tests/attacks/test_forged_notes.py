"""Forged notes earn nothing; a forger who has read the probes earns what the same numbers earn in honest code."""

import re

import pytest

from tests.attacks.conftest import points
from tests.conftest import ROOT, Grade

# Computes nothing right: no loss follows its logits, no parameter moves, no metric follows the model.
NOTHING_RIGHT = """
import gc
import sys

import torch

def make_loss(train_labels):
    return lambda logits, targets: torch.tensor(0.5)

def train_epoch(model, loader, loss_fn, optimizer):
    forge_training(model, loader)
    return 0.25

def evaluate(model, loader, threshold=0.5):
    forge_evaluation(model, loader)
    return dict.fromkeys(["precision", "recall", "f1"], 0.0)
"""

# Ways for candidate code to get hold of what a probe keeps of a kind: `Recorder` in training, `Seen` in evaluation.
FOUND_BY = {
    "gc": """
def find(kind, model):
    return [thing for thing in gc.get_objects() if type(thing).__name__ == kind][-1]
""",
    "frames": """
def find(kind, model):
    frame = sys._getframe()
    while frame is not None:
        for thing in frame.f_locals.values():
            if type(thing).__name__ == kind:
                return thing
        frame = frame.f_back
""",
    "closures": """
def find(kind, model):
    for cell in type(model).forward.__closure__:
        if type(cell.cell_contents).__name__ == kind:
            return cell.cell_contents
""",
}

# The notes of an epoch and of an evaluation in which all was done, in the right modes, and nothing was computed.
FORGED_NOTES = """
from grading.sandbox.inside.wire import Array

def values(*numbers):
    data = torch.tensor(numbers, dtype=torch.float64).numpy().tobytes()
    return Array(dtype="float64", shape=(len(numbers),), data=data)

def forge_training(model, loader):
    recorder, first = find("Recorder", model), 0
    for features, _ in loader:
        rows = range(first, first + len(features))
        first += len(features)
        zeros, parameters = values(*[0.0] * len(rows)), values(*[0.0] * 5)
        recorder.add("forward", rows=values(*rows), output=zeros, parameters=parameters, recording=True)
        recorder.add("loss", logits=zeros, differentiable=True)
        recorder.add("backward", scale=1.0)
        recorder.add("step", gradients=parameters)

def forge_evaluation(model, loader):
    find("Seen", model).rows = len(loader.dataset)
"""


@pytest.mark.parametrize("way", FOUND_BY)
def test_forged_notes_earn_nothing(way: str, grade: Grade):
    """Notes explain what went wrong; no test asks them for a point."""
    card = grade(f"{NOTHING_RIGHT}{FOUND_BY[way]}{FORGED_NOTES}")

    assert points(card) == {"weighted-loss": 0, "training-loop": 0, "evaluation": 0}
    assert "unusual-code" in {flag.id for flag in card.flags}
    # The forgery worked: with the notes as they are, neither criterion could be anything but not implemented.
    assert {found.mistake.id for found in card.mistakes} == {
        *("wrong-signature", "missing-backward", "wrong-epoch-loss", "wrong-probabilities")
    }


# The best that is known to somebody who has read the probes and does without training, mode and autograd: parameters
# and a loss that follow what training mode would have used, and a share that follows what evaluation mode would have.
# Neither model is ever called; a forged note keeps that from being named, as it would be for its severity.
COMPUTED_FROM_INSIDE = """
import torch

def make_loss(train_labels):
    return lambda logits, targets: torch.tensor(0.5)

def train_epoch(model, loader, loss_fn, optimizer):
    with torch.no_grad():
        model.weight += model.scales[1]
    losses = [loss_fn(torch.zeros_like(y), y).item() for _, y in loader]
    return sum(losses) / len(losses) + model.scales[1].sum().item()

def evaluate(model, loader, threshold=0.5):
    (seen,) = [cell.cell_contents for cell in type(model).forward.__closure__ if hasattr(cell.cell_contents, "rows")]
    seen.rows = len(loader.dataset)
    outputs = torch.cat([features[:, 0] for features, _ in loader])
    share = (torch.sigmoid(outputs) >= threshold).float().mean().item()
    return dict.fromkeys(["precision", "recall", "f1"], share)
"""
# The same through the probe's own functions: what it sends is what candidate code makes it send.
SENT_FROM_INSIDE = COMPUTED_FROM_INSIDE.replace(
    "        model.weight += model.scales[1]\n",
    "        import sys\n"
    "        probe = sys.modules['hidden_tests.probes.training_loop']\n"
    "        forged = model.weight + model.scales[1]\n"
    "        probe.flat = lambda weight, bias: torch.cat([forged, bias.reshape(1)]).detach()\n",
)
# What earns as much without a look inside: losses of a model that is never trained, and the same share.
THE_SAME_HONESTLY = """
import torch

def make_loss(train_labels):
    return lambda logits, targets: torch.tensor(0.5)

def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    return sum(loss_fn(model(x), y).item() for x, y in loader) / len(loader)

@torch.no_grad()
def evaluate(model, loader, threshold=0.5):
    model.eval()
    outputs = torch.cat([model(features) for features, _ in loader])
    share = (torch.sigmoid(outputs) >= threshold).float().mean().item()
    return dict.fromkeys(["precision", "recall", "f1"], share)
"""
MEASURED = {"weighted-loss": 0, "training-loop": 15, "evaluation": 17}


@pytest.mark.parametrize("source", [COMPUTED_FROM_INSIDE, SENT_FROM_INSIDE], ids=["computed", "sent"])
def test_reading_the_probes_earns_no_more_than_honest_code_does(source: str, grade: Grade):
    """Numbers that follow the right mode take as much computing inside as outside, and come nowhere near passing."""
    card = grade(source)

    assert points(card) == MEASURED
    assert "unusual-code" in {flag.id for flag in card.flags}


def test_honest_code_of_the_same_numbers_earns_as_much(grade: Grade):
    """A model that is never trained, and a share of predictions, without a look inside."""
    card = grade(THE_SAME_HONESTLY)

    assert points(card) == MEASURED
    assert "unusual-code" not in {flag.id for flag in card.flags}


def test_the_document_says_what_is_measured():
    """docs/security.md gives the points that the forgers here earn."""
    text = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())

    (total,) = re.findall(r"who has read the probes earns (\d+) points", text)
    assert int(total) == sum(MEASURED.values())
