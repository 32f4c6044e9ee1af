"""Catalogue and hidden tests hold each other: every mistake is found, named and priced, and touches nothing else."""

from pathlib import Path

import pytest

from grading.content.load import ANY, Assignment
from grading.content.records import ScoredBy, Severity
from grading.run.records import Outcome
from grading.scoring.score import LEAST_LOST, MOST_LOST_TO_MINOR
from tests.compose import compose
from tests.conftest import ROOT, Grade

MISTAKES = sorted((ROOT / "hidden_tests" / "mistakes").glob("*/*.py"))
CONTRACT = {
    "weighted-loss": {
        Severity.CRITICAL: {
            "bce-on-probabilities",
            "unweighted-loss",
            "inverted-pos-weight",
            "sigmoid-before-logits-loss",
        },
        Severity.MAJOR: {"hardcoded-pos-weight", "wrong-pos-weight", "weights-negatives"},
        Severity.MINOR: {"wrong-reduction"},
    },
    "training-loop": {
        Severity.CRITICAL: {
            "missing-zero-grad",
            "missing-backward",
            "missing-step",
            "partial-epoch",
            "sigmoid-before-logits-loss",
        },
        Severity.MAJOR: {"missing-train-mode", "step-before-backward", "wrong-gradient", "extra-updates"},
        Severity.MINOR: {"wrong-epoch-loss", "loss-keeps-graph"},
    },
    "evaluation": {
        Severity.CRITICAL: {
            "missing-sigmoid",
            "accuracy-as-metric",
            "partial-evaluation",
            "trains-while-evaluating",
            "wrong-probabilities",
        },
        Severity.MAJOR: {
            "misaligned-batches",
            "missing-eval-mode",
            "side-effects",
            "ignores-threshold",
            "averages-batches",
            "wrong-average",
            "swapped-metrics",
        },
        Severity.MINOR: {"missing-no-grad", "undefined-metric-crash", "wrong-scale"},
    },
    "sampler": {
        Severity.CRITICAL: {"uniform-sampler", "inverted-sampler"},
        Severity.MAJOR: {"without-replacement", "class-weights-not-per-sample", "partly-balanced"},
        Severity.MINOR: {"wrong-draws"},
    },
    ANY: {
        Severity.CRITICAL: {"syntax-error", "import-error", "timeout", "crash", "not-implemented"},
        Severity.MAJOR: {"wrong-signature"},
    },
}
# Criteria that judge a file of their own, in which each mistake costs its own test.
FOLLOWUPS = "assignment/followups.py"
BONUS = ("threshold-tuning", "oversampling", "model-improvement", "production")
FILES = {"broken-pipeline": "assignment/pipeline.py", **dict.fromkeys(BONUS, FOLLOWUPS)}
# Where the example of a mistake that can be made anywhere makes it.
WHERE_ANY = {
    "timeout": "weighted-loss",
    "not-implemented": "training-loop",
    "crash": "evaluation",
    "wrong-signature": "evaluation",
}


def level_of(criterion: str, assignment: Assignment) -> str:
    """Return a level that has the criterion, the plainest first."""
    levels = ("mid", "senior", "researcher")
    return next((x for x in levels if criterion in {c.id for c in assignment.rubric(x).criterion}), "mid")


def test_the_catalogue_is_the_contracts(assignment: Assignment):
    """Every mistake has the criterion and the severity that were agreed on, and there is no other."""
    agreed = {
        (criterion, id_): severity
        for criterion, by_severity in CONTRACT.items()
        for severity, ids in by_severity.items()
        for id_ in ids
    }

    there = {key: mistake.severity for key, mistake in assignment.mistakes.items()}
    assert {key: severity for key, severity in there.items() if key[0] in CONTRACT} == agreed


def test_every_mistake_has_an_example_and_every_example_a_mistake(assignment: Assignment):
    """A text without a wrong submission could not be shown to be found."""
    assert sorted((path.parent.name, path.stem) for path in MISTAKES) == sorted(assignment.mistakes)


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_mistake_is_named_and_costs_its_own_criterion_alone(path: Path, grade: Grade, assignment: Assignment):
    """Each wrong submission is named by its one id, within what its severity allows."""
    folder, text = path.parent.name, path.read_text(encoding="utf-8")
    own, level = FILES.get(folder), level_of(folder, assignment)
    optional_files = {} if own is None else {own: compose(text, Path(own).name)}
    card = grade(compose(text if own is None else ""), optional_files=optional_files, level=level, beside=folder)

    home = WHERE_ANY.get(path.stem, ANY) if path.parent.name == ANY else path.parent.name
    found = card.bonus_mistakes if own == FOLLOWUPS else card.mistakes
    assert [(f.criterion, f.mistake.id) for f in found] == [(home, path.stem)]
    if own == FOLLOWUPS:
        assert {c.id for c in card.bonus if c.points != c.max} == {home}
    severity = assignment.mistake(home, path.stem).severity
    for criterion in card.criteria:
        if criterion.scored_by is ScoredBy.REVIEWER:
            continue
        assert criterion.points is not None
        lost = criterion.max - criterion.points
        if criterion.id == home or home == ANY:
            assert lost > 0
            if criterion.id not in FILES:
                assert lost >= LEAST_LOST[severity] * criterion.max
                assert severity is not Severity.MINOR or lost <= MOST_LOST_TO_MINOR * criterion.max
        else:
            assert lost == 0, f"{criterion.id} loses {lost}"
        assert sum(test.points for test in criterion.tests) == pytest.approx(criterion.points, abs=0.03)


TWO_PASSES = ("two_passes_shuffled", "helper_reads_twice", "dataset_order_targets")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", TWO_PASSES)
def test_reading_the_loader_twice_costs_less_than_half(name: str, seed: int, grade: Grade):
    """Misaligned passes cost what other wrong metrics cost, as the threshold is honoured all the same."""
    card = grade((ROOT / "tests" / "submissions" / "mistaken" / f"{name}.py").read_bytes(), seed=seed)

    (evaluation,) = [criterion for criterion in card.criteria if criterion.id == "evaluation"]
    failed = [test.id for test in evaluation.tests if test.outcome is not Outcome.PASSED]
    assert failed == ["metrics_of_the_positive_class"]
    assert evaluation.points == 17


def test_hints_name_no_hidden_test(assignment: Assignment):
    """What a candidate reads quotes neither a test nor a path."""
    rubrics = [assignment.rubric(level) for level in assignment.levels]
    tests = {test for rubric in rubrics for criterion in rubric.criterion for test in criterion.tests}
    names = tests | {"hidden", ".py::", "oracle", "probe"}

    for mistake in assignment.mistakes.values():
        assert not [name for name in names if name in mistake.hint + mistake.title], mistake.id
