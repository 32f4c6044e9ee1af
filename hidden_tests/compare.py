"""The only place where arrays are compared. Unequal shapes and empty arrays raise, nothing is broadcast.

numpy broadcasts (0, 1) against (5,) to an empty array, for which `all` is true: with such a comparison, a
submission that does nothing would pass. Shapes from the sandbox are validated at the trust boundary; an error here
is an error in the hidden tests, and ends the grading without a score.
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
    """Return whether all values are unchanged up to rounding; NaN and infinities equal themselves.

    Raises:
        ValueError: the shapes differ, or there is no value.
    """
    left, right = _same_shape(found, before)
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(np.isclose(left, right, rtol=tolerance, atol=tolerance, equal_nan=True).all())


def all_true(values: ArrayLike) -> bool:
    """Return whether all truth values are True; raise ValueError if there are none."""
    truths = np.asarray(values)
    if truths.dtype != np.bool_:
        raise ValueError(f"expected truth values, got {truths.dtype}")
    if truths.size == 0:
        raise ValueError("cannot compare empty arrays")
    return bool(truths.all())


def _same_shape(found: ArrayLike, expected: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    left, right = np.asarray(found), np.asarray(expected)
    if left.shape != right.shape:
        raise ValueError(f"cannot compare arrays of shapes {left.shape} and {right.shape}")
    if left.size == 0:
        raise ValueError("cannot compare empty arrays")
    return left, right
