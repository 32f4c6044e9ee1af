"""Tests of the catalogue of mistakes: its ids and severities, and a submission for each of its texts."""

import pytest

from grading.content.load import Assignment
from grading.content.records import ANY, Severity
from grading.run.records import Outcome
from tests.cases import EXAMPLES, MISTAKEN, SUBMISSIONS, mistaken_case
from tests.conftest import Grade
from tests.headers import read_header

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


def test_the_catalogue_has_the_specified_severities(assignment: Assignment):
    """Every mistake of these criteria has the specified criterion and severity, and there are no others."""
    agreed = {
        (criterion, id_): severity
        for criterion, by_severity in CONTRACT.items()
        for severity, ids in by_severity.items()
        for id_ in ids
    }

    there = {key: mistake.severity for key, mistake in assignment.mistakes.items()}
    assert {key: severity for key, severity in there.items() if key[0] in CONTRACT} == agreed


def test_every_mistake_has_an_example_and_every_example_a_mistake(assignment: Assignment):
    """Each entry has one submission, named after its id, whose header expects that mistake and no other."""
    assert sorted((path.parent.name, path.stem) for path in EXAMPLES) == sorted(assignment.mistakes)
    for path in EXAMPLES:
        (expected,) = read_header(path.read_bytes()).expected
        assert [name.mistake for name in expected.names] == [path.stem]
        assert path.parent.name in (expected.criterion, ANY)


def test_every_variant_has_a_submission(assignment: Assignment):
    """Each variant is expected by the header of a submission, which shows that its text is used."""
    described = {
        (criterion, id_, variant)
        for (criterion, id_), mistake in assignment.mistakes.items()
        for variant in mistake.variant
    }

    expected = [expected for path in (*EXAMPLES, *MISTAKEN) for expected in read_header(path.read_bytes()).expected]
    assert described == {
        (assignment.mistake(one.criterion, name.mistake).criterion, name.mistake, name.variant)
        for one in expected
        for name in one.names
        if name.variant
    }


TWO_PASSES = ("two_passes_shuffled", "helper_reads_twice", "dataset_order_targets")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", TWO_PASSES)
def test_reading_the_loader_twice_costs_less_than_half(name: str, seed: int, grade_case: Grade, assignment: Assignment):
    """Two passes over a shuffled loader cost the points of wrong metrics only, because the threshold is respected."""
    path = SUBMISSIONS / "evaluation" / "mistaken" / f"{name}.py"
    card = grade_case(mistaken_case(path, assignment), "evaluation", seed=seed)

    (evaluation,) = [criterion for criterion in card.criteria if criterion.id == "evaluation"]
    failed = [test.id for test in evaluation.tests if test.outcome is not Outcome.PASSED]
    assert failed == ["metrics_of_the_positive_class"]
    assert evaluation.points == read_header(path.read_bytes()).points["evaluation"]


def test_hints_name_no_hidden_test(assignment: Assignment):
    """Titles and hints, which candidates read, contain neither the name of a hidden test nor a path."""
    rubrics = [assignment.rubric(level) for level in assignment.levels]
    tests = {test for rubric in rubrics for criterion in rubric.criterion for test in criterion.tests}
    names = tests | {"hidden", ".py::", "oracle", "probe"}

    for mistake in assignment.mistakes.values():
        assert not [name for name in names if name in mistake.hint + mistake.title], mistake.id
