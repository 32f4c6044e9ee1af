"""The batches on which losses on logits are measured: for `make_loss` and `FocalLoss`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hidden_tests.oracle import Floats
from hidden_tests.wire import to_float32, to_wire

# Beyond a logit of about 17, float32 rounds the probability to 1.
EXTREME_LOGITS = (18.0, 30.0, 50.0, 100.0, 200.0)

Inputs = tuple[Floats, Floats]  # logits and targets of a batch


def moderate_batch(random: np.random.Generator, of_each: tuple[int, int]) -> Inputs:
    """Return a batch of so many positives and negatives, with logits of 0.2 to 2 in size and either sign."""
    targets = random.permutation(np.repeat([1.0, 0.0], of_each))
    sign = random.choice([-1.0, 1.0], len(targets))
    return to_float32(sign * random.uniform(0.2, 2.0, len(targets))), targets


def extreme_batches() -> list[Inputs]:
    """Return three batches for each size in EXTREME_LOGITS: of right logits, of wrong ones, and of both."""
    batches = []
    for size in EXTREME_LOGITS:
        right, wrong = np.array([size, -size]), np.array([-size, size])
        batches += [(logits, np.array([1.0, 0.0])) for logits in (right, wrong)]
        batches.append((np.concatenate([right, wrong]), np.array([1.0, 0.0, 1.0, 0.0])))
    return batches


def batches_to_wire(batches: Sequence[Inputs]) -> list[Any]:
    """Return batches as the probes of losses take them."""
    return [{"logits": to_wire(logits), "targets": to_wire(targets)} for logits, targets in batches]


def batch_sizes(batches: Sequence[Inputs]) -> list[dict[str, int]]:
    """Return the sizes that the observation of each batch refers to."""
    return [{"rows": len(targets)} for _, targets in batches]
