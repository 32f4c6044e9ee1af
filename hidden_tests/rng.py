"""The random generators that the inputs of hidden tests are drawn from, and the bound on drawing again."""

import zlib
from collections.abc import Iterator

import numpy as np

from grading.errors import ContentError


def rng_for(seed: int, scenario: str) -> np.random.Generator:
    """Return the random generator of one scenario: it does not depend on which other scenarios run."""
    return np.random.default_rng([seed, zlib.crc32(scenario.encode())])


def attempts(most: int, wanted: str) -> Iterator[int]:
    """Count the attempts of a loop that draws inputs until they suit.

    Args:
        most: how many attempts there may be.
        wanted: what is drawn, and what makes it suit: the error names it.

    Raises:
        ContentError: all attempts are used up and the loop still asks for another.
    """
    yield from range(most)
    raise ContentError(f"no {wanted} in {most} draws: allow more draws, or ask less of the inputs")
