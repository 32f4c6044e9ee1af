"""What one run of the hidden tests starts from."""

from dataclasses import dataclass

from grading.content.load import Assignment
from grading.content.records import Rubric
from grading.submission.read import LoadedSubmission


@dataclass(frozen=True, kw_only=True)
class GradingRun:
    """A submission to grade, and everything else that its result depends on."""

    submission: LoadedSubmission
    assignment: Assignment
    rubric: Rubric
    seed: int  # of all random inputs
    figures: bool = False  # whether to observe what the assignment's figures are drawn from: no part of the score
