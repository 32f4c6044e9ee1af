# {% if level == "researcher" %}
"""TODO 7: a pipeline that runs is not enough, but it is a start."""

import torch
from assignment.pipeline import run


def test_pipeline_runs_from_end_to_end():
    """`run` returns a function that decides, and three metrics."""
    torch.manual_seed(0)
    features = torch.randn(400, 6)
    labels = (features[:, 0] > 0.85).float()

    decide, metrics = run(features, labels)

    assert decide(features[:5]).numel() == 5
    assert set(metrics) >= {"precision", "recall", "f1"}


# {% endif %}
