"""Arrays that the candidate's code returned with a value for each row, or that hold numbers of rows."""

import numpy as np
from numpy.typing import NDArray

from hidden_tests.oracle import Floats


def one_each(values: Floats, rows: int) -> Floats | None:
    """Return values of shape (rows,) or (rows, 1) as (rows,); None for any other shape."""
    return values.reshape(rows) if values.shape in ((rows,), (rows, 1)) else None


def row_numbers(values: Floats, rows: int) -> NDArray[np.int64]:
    """Return each value as the number of a row, -1 where it is the number of none."""
    nearest = np.rint(np.where(np.isfinite(values), values, -1.0))
    known = (np.abs(values - nearest) < 0.25) & (nearest >= 0) & (nearest < rows)
    return np.where(known, nearest, -1.0).astype(np.int64)
