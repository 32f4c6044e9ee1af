"""The only place where arrays are compared. Unequal shapes and nothing at all are refused, never broadcast.

numpy broadcasts (0, 1) against (5,) to an array without values, of which everything is true: compared like that, a
submission that did nothing was right. What the sandbox returned has its shape checked where it enters; a refusal here
is an error of the hidden tests, and ends the grading without a score.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def close(found: ArrayLike, expected: ArrayLike, *, rtol: float, atol: float) -> bool:
    """Return whether all values agree: |found - expected| <= atol + rtol * |expected|; NaN agrees with nothing.

    Raises:
        ValueError: the shapes differ, or there is no value.
    """
    left, right = _same_shape(found, expected)
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(np.isclose(left, right, rtol=rtol, atol=atol).all())


def equal(found: ArrayLike, expected: ArrayLike) -> bool:
    """Return whether all values are the same; raise ValueError if the shapes differ or there is no value."""
    left, right = _same_shape(found, expected)
    return bool((left == right).all())


def unchanged(found: ArrayLike, before: ArrayLike, *, tolerance: float) -> bool:
    """Return whether all values are what they were before, but for rounding; NaN and infinities are like themselves.

    Raises:
        ValueError: the shapes differ, or there is no value.
    """
    left, right = _same_shape(found, before)
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(np.isclose(left, right, rtol=tolerance, atol=tolerance, equal_nan=True).all())


def all_true(values: ArrayLike) -> bool:
    """Return whether every one of some truth values is True; raise ValueError if there is none."""
    truths = np.asarray(values)
    if truths.dtype != np.bool_:
        raise ValueError(f"truth values are compared, got {truths.dtype}")
    if truths.size == 0:
        raise ValueError("nothing to compare: of no values everything is true")
    return bool(truths.all())


def _same_shape(found: ArrayLike, expected: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    left, right = np.asarray(found), np.asarray(expected)
    if left.shape != right.shape:
        raise ValueError(f"arrays of shapes {left.shape} and {right.shape} are not compared")
    if left.size == 0:
        raise ValueError("nothing to compare: of no values everything is true")
    return left, right
