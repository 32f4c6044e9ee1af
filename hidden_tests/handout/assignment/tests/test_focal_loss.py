# {% if level == "researcher" %}
"""Examples of TODO 5, worked out by hand."""

import math

import pytest
import torch

from assignment.exercise import FocalLoss

UNDECIDED = torch.tensor([0.0, 0.0])
ONE_OF_EACH = torch.tensor([1.0, 0.0])


def test_focal_loss_without_focusing_is_cross_entropy():
    """The loss is ln 2 if every probability is one half."""
    loss = FocalLoss(0.0, None)(UNDECIDED, ONE_OF_EACH)

    assert loss.item() == pytest.approx(math.log(2), abs=1e-4), f"FocalLoss(0.0, None) gives {loss}, expected ln 2"


def test_focal_loss_discounts_by_how_sure_the_model_is():
    """With gamma 2 and a probability of one half, the loss is a quarter of ln 2."""
    loss = FocalLoss()(UNDECIDED, ONE_OF_EACH)

    assert loss.item() == pytest.approx(math.log(2) / 4, abs=1e-4), f"FocalLoss() gives {loss}, expected ln 2 / 4"


# {% endif %}
