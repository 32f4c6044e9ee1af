"""The inputs of one run of the hidden tests."""

from dataclasses import dataclass

from grading.content.load import Assignment
from grading.content.records import Rubric
from grading.submission.read import LoadedSubmission


@dataclass(frozen=True, kw_only=True)
class GradingRun:
    """A submission to grade, with everything else that the result depends on."""

    submission: LoadedSubmission
    assignment: Assignment
    rubric: Rubric
    seed: int  # seed of all random inputs
    figures: bool = False  # whether to observe the data of the assignment's figures, which are not part of the score
