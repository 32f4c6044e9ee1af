"""The seed that all random inputs of a run come from."""

import secrets


def new_seed() -> int:
    """Return a seed for a run's inputs."""
    return secrets.randbits(32)
