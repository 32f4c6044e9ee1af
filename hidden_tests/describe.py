"""Formats numbers for messages."""

from collections.abc import Mapping

import numpy as np


def describe(value: object) -> str:
    """Return numbers with four digits each, and their containers in parentheses."""
    match value:
        case Mapping():
            return ", ".join(f"{name} {describe(item)}" for name, item in value.items())
        case np.ndarray() | list() | tuple():
            return f"({', '.join(describe(item) for item in value)})"
        case float() | np.floating():
            return f"{value:.4g}"
        case _:
            return str(value)
