"""How a hidden test says what explains its failure."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from grading.run.observations import ReportedError


class Cause(NamedTuple):
    """A mistake that explains a failed test."""

    id: str
    variant: str = ""  # which of the catalogue's variants of it was seen
    detail: str = ""  # what was seen, for the reviewer
    error: ReportedError | None = None  # what the candidate's code raised, if that is the cause

    @classmethod
    def of(cls, error: ReportedError) -> "Cause":
        """Return the cause that an error in the candidate's code is."""
        return cls(error.kind, detail=error.detail, error=error)


Diagnosis = Sequence[str | Cause]
# Says how to explain a test's failure: a function and its arguments, called only if the test fails.
OnFailure = Callable[..., None]
