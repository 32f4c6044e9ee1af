"""Draws and parses the seed of a run's random inputs."""

import secrets
from typing import Final

# Seeds have 32 bits, in reports too.
LARGEST_SEED: Final = 2**32 - 1


def new_seed() -> int:
    """Return a new random seed."""
    return secrets.randbits(32)


def read_seed(text: str) -> int:
    """Return the seed in an argument; raise ValueError if it is not a 32-bit number."""
    try:
        seed = int(text)
    except ValueError:
        seed = -1
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"must be a whole number from 0 to {LARGEST_SEED}, got {text!r}")
    return seed
