"""TODO 4: `make_sampler(train_labels)` draws both classes with equal probability, with replacement, n an epoch."""

import pytest

from grading.harness import OnFailure
from hidden_tests.diagnosis.sampling import Draws, balance_mistakes, repetition_mistakes

pytestmark = pytest.mark.criterion("sampler")


def test_classes_are_drawn_equally(samplers: list[Draws], on_failure: OnFailure) -> None:
    """Half of the draws are positive, whether positives are one in five or three in four."""
    on_failure(balance_mistakes, samplers)
    for case in samplers:
        assert case.in_range and case.is_share(0.5), f"{case.share if case.in_range else case.error}"
        assert case.weighted, "it is no WeightedRandomSampler"


def test_every_example_is_drawn(samplers: list[Draws], on_failure: OnFailure) -> None:
    """Over many epochs each example of either class has its turn."""
    on_failure(balance_mistakes, samplers)
    for case in samplers:
        assert case.in_range and case.reaches_all, "some examples are never drawn"


def test_draws_with_replacement(samplers: list[Draws], on_failure: OnFailure) -> None:
    """An epoch draws some examples more than once."""
    on_failure(repetition_mistakes, samplers)
    for case in samplers:
        assert case.in_range and case.repeats, "no example was drawn twice"


def test_an_epoch_is_as_many_draws_as_labels(samplers: list[Draws], on_failure: OnFailure) -> None:
    """N draws an epoch."""
    on_failure(lambda: ["wrong-draws"])
    for case in samplers:
        assert (case.lengths == len(case.labels)).all(), f"{case.lengths[:3]} draws of {len(case.labels)}"
