"""Converts numpy arrays for the sandbox."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grading.sandbox.inside.wire import Array
from hidden_tests.oracle import Floats


def to_wire(values: NDArray[Any], dtype: str = "float32") -> Array:
    """Return values as a wire array, the form in which probes receive tensors."""
    converted = np.ascontiguousarray(values, dtype=dtype)
    return Array(dtype=dtype, shape=converted.shape, data=converted.tobytes())


def to_float32(values: Floats) -> Floats:
    """Round values to float32, so that the oracle computes with the numbers that the candidate's code gets."""
    return values.astype(np.float32).astype(np.float64)
