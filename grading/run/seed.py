"""The seed that all random inputs of a run come from."""

import secrets
from typing import Final

# Seeds are drawn with 32 bits, and a report holds them as such.
LARGEST_SEED: Final = 2**32 - 1


def new_seed() -> int:
    """Return a seed for a run's inputs."""
    return secrets.randbits(32)


def read_seed(text: str) -> int:
    """Return the seed that an argument gives; raise ValueError if a report could not hold it."""
    try:
        seed = int(text)
    except ValueError:
        seed = -1
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"must be a whole number from 0 to {LARGEST_SEED}, got {text!r}")
    return seed
