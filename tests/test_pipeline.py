"""Tests of the broken pipeline: each fix earns its points, and the F1 gate separates repaired from broken pipelines."""

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
    """Return the pipeline as a candidate gets it."""
    return handout(Assignment(ROOT), "researcher", "room")[FILE]


def f1s(source: str) -> list[float]:
    """Return the F1 of a pipeline for ten draws of the hidden data."""
    module = ModuleType("pipeline")
    exec(compile(source, "pipeline.py", "exec"), module.__dict__)  # noqa: S102 - a trusted source
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


def test_the_gate_has_a_margin_on_both_sides(broken: str):
    """For ten seeds, the repaired pipeline is 0.1 above the gate and the broken one 0.3 below it."""
    assert min(f1s(REPAIRED)) > LEAST_F1 + 0.1
    assert max(f1s(broken)) < LEAST_F1 - 0.3


def test_at_least_nine_defects_are_planted(broken: str, grade: Grade):
    """The pipeline has at least nine defects, each of which is named and fails its own test."""
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


def test_fixing_some_defects_earns_their_points(broken: str, grade: Grade):
    """A pipeline with three repaired functions earns the points of three tests."""
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
def test_a_good_f1_despite_a_defect_does_not_pass(seed: int, grade: Grade):
    """A pipeline with an inverted weight does not pass the gate, although its F1 reaches 0.7 for one of these seeds."""
    inverted = compose((MISTAKES / "inverted-weight.py").read_text(encoding="utf-8"), "pipeline.py")
    card = grade(
        REFERENCE.read_text(), level="researcher", beside="broken-pipeline", optional_files={FILE: inverted}, seed=seed
    )

    (criterion,) = (c for c in card.criteria if c.id == "broken-pipeline")
    failed = {test.id for test in criterion.tests if not test.points}
    assert failed == {"loss_weighs_positives_up", "the_repaired_pipeline_is_good"}
    assert [found.mistake.id for found in card.mistakes] == ["inverted-weight"]


def test_an_unchanged_pipeline_is_not_implemented(broken: str, grade: Grade):
    """An unchanged pipeline is reported as not implemented, without a list of its defects."""
    card = grade(REFERENCE.read_text(), level="researcher", beside="broken-pipeline", optional_files={FILE: broken})

    assert [(f.mistake.id, f.criterion) for f in card.mistakes] == [("not-implemented", "broken-pipeline")]
