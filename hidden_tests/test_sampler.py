"""TODO 4: `make_sampler(train_labels)` draws both classes with equal probability, with replacement, n an epoch."""

import pytest

from grading.run.explain import OnFailure
from hidden_tests.diagnosis.sampling import (
    Draws,
    balance_mistakes,
    do_something,
    length_mistakes,
    repetition_mistakes,
)

pytestmark = pytest.mark.criterion("sampler")

# Of a sampler that draws as if there were no labels, nothing else can be judged.
NOTHING = "the draws do not depend on the labels: these are drawn as often as they occur, or not at all"


def test_classes_are_drawn_equally(samplers: list[Draws], on_failure: OnFailure) -> None:
    """Half of the draws are positive, whether positives are one in five or three in four."""
    on_failure(balance_mistakes, samplers)
    for case in samplers:
        assert case.is_complete, f"drew {len(case.draws)} of {case.wanted} indices, expected all, each of a label"
        assert case.is_share(0.5), f"{case.shares_text}, expected 50% of the draws"
        assert case.weighted, "the sampler is of another type, expected a WeightedRandomSampler"


def test_every_example_is_drawn(samplers: list[Draws], on_failure: OnFailure) -> None:
    """Over many epochs each example of either class has its turn."""
    on_failure(balance_mistakes, samplers)
    assert do_something(samplers), NOTHING
    for case in samplers:
        assert case.reaches_all, f"in {len(case.draws)} draws some examples are missing, expected all"


def test_draws_with_replacement(samplers: list[Draws], on_failure: OnFailure) -> None:
    """An epoch draws some examples more than once."""
    on_failure(repetition_mistakes, samplers)
    assert do_something(samplers), NOTHING
    for case in samplers:
        assert case.repeats, f"no example is drawn twice in any of {len(case.lengths)} epochs, expected some"


def test_an_epoch_is_as_many_draws_as_labels(samplers: list[Draws], on_failure: OnFailure) -> None:
    """N draws an epoch."""
    on_failure(length_mistakes, samplers)
    assert do_something(samplers), NOTHING
    for case in samplers:
        assert set(case.lengths) == {len(case.labels)}, f"{case.lengths_text}, expected as many draws as labels"
