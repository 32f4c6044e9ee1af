"""The broken pipeline: fixing some of it earns their share, and the gate tells repaired from broken."""

from types import ModuleType

import numpy as np
import pytest
import torch

from grading.content.load import Assignment
from grading.handout.templates import handout
from hidden_tests.oracle import metrics
from hidden_tests.test_broken_pipeline import FILE, LEAST_F1, hidden_split
from tests.compose import compose
from tests.conftest import REFERENCE, ROOT, Grade

REPAIRED = (ROOT / "hidden_tests" / "reference" / "pipeline.py").read_text(encoding="utf-8")
MISTAKES = ROOT / "hidden_tests" / "mistakes" / "broken-pipeline"
SEEDS = range(10)


@pytest.fixture(scope="module")
def broken() -> str:
    """The pipeline as a candidate gets it."""
    return handout(Assignment(ROOT), "researcher", "room")[FILE]


def f1s(source: str) -> list[float]:
    """Run a pipeline on ten draws of the hidden data."""
    module = ModuleType("pipeline")
    exec(compile(source, "pipeline.py", "exec"), module.__dict__)  # noqa: S102 - ours
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    found = []
    for seed in SEEDS:
        *given, truth = hidden_split(np.random.default_rng(seed))
        features, labels, hidden = (torch.tensor(values, dtype=torch.float32) for values in given)
        decide, _ = module.run(features, labels, seed)
        found.append(metrics(decide(hidden).flatten().numpy(), truth)["f1"])
    torch.set_num_threads(threads)
    return found


def test_the_gate_is_passed_and_failed_by_a_clear_margin(broken: str):
    """Over ten seeds the repaired pipeline is a tenth above it, and the broken one three tenths below."""
    assert min(f1s(REPAIRED)) > LEAST_F1 + 0.1
    assert max(f1s(broken)) < LEAST_F1 - 0.3


def test_at_least_nine_defects_are_planted(broken: str, grade: Grade):
    """Each is named, and costs its own test."""
    card = grade(
        REFERENCE.read_text(),
        level="researcher",
        beside="broken-pipeline",
        optional_files={FILE: broken + "\n# looked at\n"},
    )

    (criterion,) = (c for c in card.criteria if c.id == "broken-pipeline")
    assert criterion.points == 0
    named = [found.mistake.id for found in card.mistakes]
    assert len(named) == len(set(named)) == len(criterion.tests) - 1 >= 9


def test_fixing_some_of_them_earns_their_share(broken: str, grade: Grade):
    """Three functions repaired: three tests' points."""
    repaired = REPAIRED.split("\n\n\n")
    parts = broken.split("\n\n\n")
    for name in ("standardize", "make_loss", "predict"):
        (new,) = (part for part in repaired if part.startswith(f"def {name}("))
        parts = [new if part.startswith(f"def {name}(") else part for part in parts]
    card = grade(
        REFERENCE.read_text(), level="researcher", beside="broken-pipeline", optional_files={FILE: "\n\n\n".join(parts)}
    )

    (criterion,) = (c for c in card.criteria if c.id == "broken-pipeline")
    passed = [test for test in criterion.tests if test.points]
    assert {test.id for test in passed} == {
        "scaling_knows_the_training_split_alone",
        "loss_weighs_positives_up",
        "predict_leaves_dropout_out",
    }
    assert criterion.points == sum(test.max for test in passed)


@pytest.mark.parametrize("seed", [0, 2])
def test_a_model_that_was_lucky_in_spite_of_a_defect_is_not_good(seed: int, grade: Grade):
    """With one of these seeds the inverted weight reaches an F1 of 0.7, with the other it does not."""
    inverted = compose((MISTAKES / "inverted-weight.py").read_text(encoding="utf-8"), "pipeline.py")
    card = grade(
        REFERENCE.read_text(), level="researcher", beside="broken-pipeline", optional_files={FILE: inverted}, seed=seed
    )

    (criterion,) = (c for c in card.criteria if c.id == "broken-pipeline")
    failed = {test.id for test in criterion.tests if not test.points}
    assert failed == {"loss_weighs_positives_up", "the_repaired_pipeline_is_good"}
    assert [found.mistake.id for found in card.mistakes] == ["inverted-weight"]


def test_an_untouched_pipeline_is_not_done(broken: str, grade: Grade):
    """No list of what is wrong for nothing."""
    card = grade(REFERENCE.read_text(), level="researcher", beside="broken-pipeline", optional_files={FILE: broken})

    assert [(f.mistake.id, f.criterion) for f in card.mistakes] == [("not-implemented", "broken-pipeline")]
