"""Tests of results with unexpected shapes, which are named, or misleading attributes, which are not trusted."""

import pytest

from grading.content.load import Assignment
from grading.pipeline.pages import pages
from grading.scoring.records import Scorecard
from tests.compose import compose
from tests.conftest import Grade

LOSS = """
import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def make_loss(train_labels):
    positives = train_labels.sum()
    ratio = (len(train_labels) - positives) / positives

    def loss_fn(logits, targets):
        each = binary_cross_entropy_with_logits(logits, targets, pos_weight=ratio, reduction="none")
        return {result}

    return loss_fn
"""
FOCAL = """
import torch
from torch import nn
from torch.nn.functional import softplus


class FocalLoss(nn.Module):
    def __init__(self, gamma=2.0, alpha=None):
        super().__init__()
        self.gamma, self.alpha = gamma, alpha

    def forward(self, logits, targets):
        signed = torch.where(targets == 1, -logits, logits)
        each = torch.sigmoid(signed) ** self.gamma * softplus(signed)
        if self.alpha is not None:
            each = each * torch.where(targets == 1, self.alpha, 1 - self.alpha)
        return {result}
"""
NOT_REDUCED = {
    "a value for each example": "each",
    "a column": "each[:, None]",
    "a row": "each[None]",
}
# More values than any batch has; except for its scale, the gradient of their sum is correct.
NO_LOSS = {
    "more values than a batch explains": "each.mean() * torch.ones(1025)",
    "a column of many values": "each.mean() * torch.ones(24_000, 1)",
}


def named(card: Scorecard) -> list[str]:
    """Return the ids of the mistakes."""
    return sorted(found.mistake.id for found in card.mistakes)


@pytest.mark.parametrize("shape", ["each.mean().reshape(1)", "each.mean().reshape(1, 1)", "each.mean().double()"])
@pytest.mark.parametrize("source", [LOSS, FOCAL], ids=["make_loss", "FocalLoss"])
def test_a_tensor_of_one_element_is_a_scalar(source: str, shape: str, grade: Grade):
    """A tensor of one element is accepted as the mean, whatever its number of dimensions and its dtype."""
    criterion = "weighted-loss" if source == LOSS else "focal-loss"

    card = grade(compose(source.format(result=shape)), level="researcher", only=criterion)

    assert named(card) == []
    assert card.criteria[0].points == card.criteria[0].max


@pytest.mark.parametrize("shape", NOT_REDUCED)
@pytest.mark.parametrize("source", [LOSS, FOCAL], ids=["make_loss", "FocalLoss"])
def test_a_loss_that_is_not_reduced_is_named_in_any_shape(
    source: str, shape: str, grade: Grade, assignment: Assignment
):
    """A loss per example, in any shape, is named as a missing reduction and can always be read."""
    criterion, id_ = ("weighted-loss", "wrong-reduction") if source == LOSS else ("focal-loss", "wrong-focal-reduction")

    card = grade(compose(source.format(result=NOT_REDUCED[shape])), level="researcher", only=criterion)

    assert named(card) == [id_]
    assert card.mistakes[0].mistake.title == assignment.mistake(criterion, id_).variant["none"].title


def test_a_value_for_each_pair_is_named(grade: Grade):
    """Logits of shape (b, 1) with targets of (b,) give a loss of (b, b), which is named as two mistakes."""
    pairs = "(1 + (ratio - 1) * targets) * (torch.relu(x) - x * targets + torch.log1p(torch.exp(-x.abs())))"
    source = LOSS.format(result=pairs).replace("        each =", "        x = logits[:, None]\n        each =")

    card = grade(compose(source), only="weighted-loss")

    assert named(card) == ["wrong-pos-weight", "wrong-reduction"]


@pytest.mark.parametrize("shape", NO_LOSS)
@pytest.mark.parametrize("source", [LOSS, FOCAL], ids=["make_loss", "FocalLoss"])
def test_a_result_too_large_for_a_loss_is_not_compared(source: str, shape: str, grade: Grade):
    """A result with more values than any batch has is not compared and earns no points."""
    criterion = "weighted-loss" if source == LOSS else "focal-loss"

    card = grade(compose(source.format(result=NO_LOSS[shape])), level="researcher", only=criterion)

    assert named(card) == ["crash"]
    assert card.criteria[0].points == 0


SAMPLER = """
import torch
from torch.utils.data import WeightedRandomSampler


{class_}


def make_sampler(train_labels):
    counts = torch.bincount(train_labels.long(), minlength=2)
    weights = (1.0 / counts.double())[train_labels.long()]
    {made}
"""
# Samplers that draw correctly and have misleading attributes.
OWN_DRAWS = """class Own(WeightedRandomSampler):
    def __iter__(self):
        return iter(torch.multinomial(self.right, self.num_samples, replacement=True).tolist())


class Raises:
    def __len__(self):
        raise RuntimeError("no length")

    def __bool__(self):
        raise RuntimeError("no truth")
"""
OWN_MADE = "sampler = Own(weights, len(weights))\n    sampler.right = weights\n    {said}\n    return sampler"
RIGHT_DRAWS = {
    "weights whose length raises": "sampler.weights = Raises()",
    "weights that are a number": "sampler.weights = 1.0",
    "a flag for replacement that raises": "sampler.replacement = Raises()",
    "no replacement": "sampler.replacement = False",
}
# Samplers that ignore the labels and have plausible attributes.
WRONG_DRAWS = {
    "as many weights as labels": (
        "class Own(WeightedRandomSampler):\n    def __iter__(self): return iter([0] * len(self.weights))",
        "return Own(weights, len(weights))",
    ),
    "a class of another": (
        "from torch.utils.data import Sampler\n\n\n"
        "class Own(Sampler):\n    __class__ = WeightedRandomSampler\n    replacement = True\n"
        "    def __init__(self, weights): self.weights = weights\n"
        "    def __iter__(self): return iter(range(len(self.weights)))",
        "return Own(weights)",
    ),
}


@pytest.mark.parametrize("case", RIGHT_DRAWS)
def test_a_sampler_is_judged_by_what_it_draws(case: str, grade: Grade):
    """A sampler that draws correctly passes, whatever its attributes contain or raise."""
    made = OWN_MADE.format(said=RIGHT_DRAWS[case])

    card = grade(compose(SAMPLER.format(class_=OWN_DRAWS, made=made)), level="senior", only="sampler")

    assert named(card) == [], card.mistakes
    assert card.criteria[0].points == card.criteria[0].max


@pytest.mark.parametrize("case", WRONG_DRAWS)
def test_a_sampler_earns_nothing_for_its_attributes(case: str, grade: Grade):
    """A sampler whose draws ignore the labels earns no points, whatever its attributes contain."""
    class_, made = WRONG_DRAWS[case]

    card = grade(compose(SAMPLER.format(class_=class_, made=made)), level="senior", only="sampler")

    assert card.criteria[0].points == 0


def test_an_exception_of_a_sampler_is_named_with_its_line(grade: Grade):
    """An exception while a sampler draws is a crash with its line, and fails every test of the sampler."""
    class_ = "class Own(WeightedRandomSampler):\n    def __iter__(self):\n        return iter([self.nothing])"

    source = compose(SAMPLER.format(class_=class_, made="return Own(weights, len(weights))"))
    card = grade(source, level="senior", only="sampler")

    (found,) = card.mistakes
    assert (found.mistake.id, found.line) == (
        "crash",
        source.splitlines().index("        return iter([self.nothing])") + 1,
    )
    assert "AttributeError" in found.mistake.title
    assert card.criteria[0].points == 0


SPOILT = "<script>alert(1)</script> | \x1b[31m \u202e @everyone ![x](https://e.example/x)"


def test_errors_for_single_class_labels_are_shown_as_text(grade: Grade, assignment: Assignment):
    """The message of an error for labels of a single class is a note of limited length, shown as text on every page."""
    source = LOSS.format(result="each.mean()").replace(
        "    ratio =", f"    if not positives:\n        raise ValueError({SPOILT!r} * 40)\n    ratio ="
    )

    card = grade(compose(source), only="weighted-loss")

    assert named(card) == []
    (note,) = [flag for flag in card.flags if flag.id == "single-class-labels"]
    assert note.detail.startswith("with labels of a single class, the loss raises ValueError: ")
    assert len(note.detail) <= 300
    shown = pages(card, assignment, assignment.root)
    for path, text in shown.items():
        assert "\x1b" not in text, path.name
        if path.suffix != ".json":
            assert "<script>alert" not in text, path.name
        if path.suffix == ".md":
            assert "![x](https" not in text, path.name
    assert any("alert(1)" in text for path, text in shown.items() if path.name == "summary.html")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("each.mean()", "gives a loss of nan on a batch of negatives"),
        ("'no loss' if not positives else each.mean()", "gives something that is not a number (str)"),
        ("None if not positives else each.mean()", "gives something that is not a number (None)"),
    ],
)
def test_labels_of_a_single_class_cause_a_note_and_no_mistake(result: str, words: str, grade: Grade):
    """Any loss for labels of a single class is reported in a note and costs no points."""
    card = grade(compose(LOSS.format(result=result)), only="weighted-loss")

    assert named(card) == []
    (note,) = [flag for flag in card.flags if flag.id == "single-class-labels"]
    assert note.detail == f"with labels of a single class, the loss {words}"
