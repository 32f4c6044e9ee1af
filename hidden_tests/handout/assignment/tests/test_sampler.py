# {% if level == "senior" %}
"""Examples of TODO 4, worked out by hand."""

import torch

from assignment.exercise import make_sampler

ONE_IN_FIVE = torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0] * 40)


def test_make_sampler_draws_as_many_as_there_are_labels():
    """An epoch is n draws."""
    drawn = list(make_sampler(ONE_IN_FIVE))

    assert len(drawn) == 200, f"an epoch of make_sampler is {len(drawn)} draws, expected 200"


def test_make_sampler_draws_positives_more_often_than_they_are():
    """About 100 of 200 draws are positive; fewer than 60 have a probability of one in a hundred million."""
    torch.manual_seed(0)
    positives = int(ONE_IN_FIVE[list(make_sampler(ONE_IN_FIVE))].sum())

    assert positives >= 60, f"{positives} of 200 draws are positive, expected about half"


# {% endif %}
