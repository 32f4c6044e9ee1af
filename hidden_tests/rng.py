"""The random generators for the inputs of hidden tests, with a limit on repeated draws."""

import zlib
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from grading.errors import ContentError

# Measured over 300 seeds: at least two of five draws are suitable, and at most 11 draws were needed.
MOST_DRAWS = 1000

_Drawn = TypeVar("_Drawn")


def rng_for(seed: int, scenario: str) -> np.random.Generator:
    """Return the random generator of one scenario: it does not depend on which other scenarios run."""
    return np.random.default_rng([seed, zlib.crc32(scenario.encode())])


def draw_until(
    suits: Callable[[_Drawn], bool], draw: Callable[[], _Drawn], *, wanted: str, most: int = MOST_DRAWS
) -> _Drawn:
    """Draw inputs until they are suitable, and return them.

    Args:
        suits: whether the drawn inputs are suitable.
        draw: draws new inputs.
        wanted: a description of suitable inputs, for the error.
        most: the maximum number of draws.

    Raises:
        ContentError: no draw is suitable.
    """
    for _ in range(most):
        drawn = draw()
        if suits(drawn):
            return drawn
    raise ContentError(f"hidden_tests: no {wanted} in {most} draws: allow more draws, or relax the condition")
