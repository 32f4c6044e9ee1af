"""Submissions that forge the notes of the probes, and submissions whose author has read the probes.

Forged notes earn no points. An author who knows the probes earns what the same numbers earn in honest code.
"""

import re

import pytest

from tests.attacks.conftest import points
from tests.conftest import ROOT, Grade

# Everything computed here is wrong: the loss ignores the logits, no parameter changes, the metrics ignore the model.
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

# Ways for candidate code to find the notes of a probe: a `Recorder` in training, a `Seen` in evaluation.
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

# Notes of an epoch and an evaluation that made every call in the right mode; the values are all made up.
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
    """Forged notes earn no points, because the notes only explain failures."""
    card = grade(f"{NOTHING_RIGHT}{FOUND_BY[way]}{FORGED_NOTES}")

    assert points(card) == {"weighted-loss": 0, "training-loop": 0, "evaluation": 0}
    assert "unusual-code" in {flag.id for flag in card.flags}
    # These mistakes show that the forgery worked: without it, both criteria would be reported as not implemented.
    # The garbage collector may still hold notes of another epoch, which then get the forged rows.
    assert {found.mistake.id for found in card.mistakes} - {"partial-epoch"} == {
        *("wrong-signature", "missing-backward", "wrong-epoch-loss", "wrong-probabilities")
    }


# The best known attack by an author who has read the probes, without training, modes or autograd: parameters and a loss
# that match those of training mode, and a share of predictions that matches evaluation mode. The model is never called;
# forged notes hide that, which would otherwise be named as the most severe mistake.
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
# The same attack through the probe's own functions, which candidate code can replace.
SENT_FROM_INSIDE = COMPUTED_FROM_INSIDE.replace(
    "        model.weight += model.scales[1]\n",
    "        import sys\n"
    "        probe = sys.modules['hidden_tests.probes.training_loop']\n"
    "        forged = model.weight + model.scales[1]\n"
    "        probe.flat = lambda weight, bias: torch.cat([forged, bias.reshape(1)]).detach()\n",
)
# Honest code that earns the same: losses of a model that is never trained, and the same share of predictions.
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
def test_access_to_the_probes_earns_no_extra_points(source: str, grade: Grade):
    """A submission that uses the probes' internals earns the same points as honest code with the same numbers."""
    card = grade(source)

    assert points(card) == MEASURED
    assert "unusual-code" in {flag.id for flag in card.flags}


def test_honest_code_with_the_same_numbers_earns_the_same_points(grade: Grade):
    """A model that is never trained and a share of predictions earn the same points without access to the probes."""
    card = grade(THE_SAME_HONESTLY)

    assert points(card) == MEASURED
    assert "unusual-code" not in {flag.id for flag in card.flags}


def test_security_document_states_the_measured_points():
    """docs/security.md states the points that the attacks in this module earn."""
    text = " ".join((ROOT / "docs" / "security.md").read_text(encoding="utf-8").split())

    (total,) = re.findall(r"who has read the probes earns (\d+) points", text)
    assert int(total) == sum(MEASURED.values())
