"""Numbers to the sandbox and in messages, and the random generators that inputs are drawn from."""

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grading.sandbox.inside.wire import Array
from hidden_tests.oracle import Floats


def array(values: NDArray[Any], dtype: str = "float32") -> Array:
    """Return values as what a probe gets for a tensor."""
    plain = np.ascontiguousarray(values, dtype=dtype)
    return Array(dtype=dtype, shape=plain.shape, data=plain.tobytes())


def one_each(values: Floats, rows: int) -> Floats | None:
    """Return values of shape (rows,) or (rows, 1) as (rows,); None for any other shape."""
    return values.reshape(rows) if values.shape in ((rows,), (rows, 1)) else None


def row_numbers(values: Floats, rows: int) -> NDArray[np.int64]:
    """Return which of so many rows each value is the number of, -1 for what is none."""
    nearest = np.rint(np.where(np.isfinite(values), values, -1.0))
    known = (np.abs(values - nearest) < 0.25) & (nearest >= 0) & (nearest < rows)
    return np.where(known, nearest, -1.0).astype(np.int64)


def single(values: Floats) -> Floats:
    """Round to float32, so that the oracle computes with what the candidate was given."""
    return values.astype(np.float32).astype(np.float64)


def told(value: object) -> str:
    """Return numbers, in whatever they lie, as a person would write them down."""
    match value:
        case Mapping():
            return ", ".join(f"{name} {told(item)}" for name, item in value.items())
        case np.ndarray() | list() | tuple():
            return f"({', '.join(told(item) for item in value)})"
        case float() | np.floating():
            return f"{value:.4g}"
        case _:
            return str(value)


def rng_for(seed: int, scenario: str) -> np.random.Generator:
    """Return the random generator of one scenario: it does not depend on which others run."""
    return np.random.default_rng([seed, zlib.crc32(scenario.encode())])
