"""The types with which a hidden test explains its failure."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from grading.run.observations import ReportedError


class Cause(NamedTuple):
    """A mistake that explains a failed test."""

    id: str
    variant: str = ""  # the catalogue's variant of the mistake that was observed
    detail: str = ""  # the observation, for the reviewer
    error: ReportedError | None = None  # the error that the candidate's code raised, if that is the cause

    @classmethod
    def of(cls, error: ReportedError) -> "Cause":
        """Return an error in the candidate's code as a cause."""
        return cls(error.kind, detail=error.detail, error=error)


Diagnosis = Sequence[str | Cause]
# Registers the explanation of a test's failure: a function and its arguments, called only if the test fails.
OnFailure = Callable[..., None]
