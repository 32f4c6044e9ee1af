"""TODO 4: `make_sampler(train_labels)` draws both classes with equal probability, with replacement, n an epoch."""

import numpy as np
import pytest

from grading.run.candidate import CandidateProxy
from grading.run.explain import OnFailure
from hidden_tests.diagnosis.sampler import balance_mistakes, length_mistakes, repetition_mistakes
from hidden_tests.observations.sampler import Draws, Observed, labels_matter
from hidden_tests.rng import rng_for
from hidden_tests.scenarios.sampler import DRAWS, label_counts
from hidden_tests.wire import to_wire

pytestmark = pytest.mark.criterion("sampler")

# If a sampler ignores the labels, nothing else can be judged.
NOTHING = "the draws do not depend on the labels: these are drawn as often as they occur, or not at all"


@pytest.fixture(scope="module")
def samplers(candidate: CandidateProxy, seed: int) -> list[Draws]:
    """`make_sampler` on labels of which one in five is positive, and of which three in four are."""
    random = rng_for(seed, "sampler")
    labels = [random.permutation(np.repeat([1.0, 0.0], of_each)) for of_each in label_counts(random)]
    observed = candidate.call(
        "sampler",
        {
            "cases": [{"labels": to_wire(of_case), "draws": DRAWS} for of_case in labels],
            "seed": int(random.integers(2**31)),
        },
        Observed,
        {"cases": [{"draws": DRAWS} for _ in labels]},
    )
    return [
        Draws(
            labels=of_case,
            wanted=DRAWS,
            draws=case.draws,
            epochs=case.epochs,
            weighted=case.weighted,
            error=case.error,
        )
        for of_case, case in zip(labels, observed.cases, strict=True)
    ]


def test_classes_are_drawn_equally(samplers: list[Draws], on_failure: OnFailure) -> None:
    """Half of the draws are positive, whether positives are one in five or three in four."""
    on_failure(balance_mistakes, samplers)
    for case in samplers:
        assert case.is_complete, f"drew {len(case.draws)} of {case.wanted} indices, expected all, each of a label"
        assert case.is_share(0.5), f"{case.shares_text}, expected 50% of the draws"
        assert case.weighted, "the sampler is of another type, expected a WeightedRandomSampler"


def test_every_example_is_drawn(samplers: list[Draws], on_failure: OnFailure) -> None:
    """Over many epochs each example of either class is drawn."""
    on_failure(balance_mistakes, samplers)
    assert labels_matter(samplers), NOTHING
    for case in samplers:
        assert case.reaches_all, f"in {len(case.draws)} draws some examples are missing, expected all"


def test_draws_with_replacement(samplers: list[Draws], on_failure: OnFailure) -> None:
    """An epoch draws some examples more than once."""
    on_failure(repetition_mistakes, samplers)
    assert labels_matter(samplers), NOTHING
    for case in samplers:
        assert case.repeats, f"no example is drawn twice in any of {len(case.lengths)} epochs, expected some"


def test_an_epoch_is_as_many_draws_as_labels(samplers: list[Draws], on_failure: OnFailure) -> None:
    """An epoch is n draws for n labels."""
    on_failure(length_mistakes, samplers)
    assert labels_matter(samplers), NOTHING
    for case in samplers:
        assert set(case.lengths) == {len(case.labels)}, f"{case.lengths_text}, expected as many draws as labels"
