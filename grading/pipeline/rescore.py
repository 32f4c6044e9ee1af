"""Scores the report of an earlier run again, without pytest and without a sandbox."""

from pathlib import Path

import msgspec

from grading.content.load import Assignment
from grading.content.records import Rubric, ScoredBy
from grading.content.version import this_grader
from grading.errors import UsageError
from grading.files import prepare_output, write_atomically
from grading.pipeline.pages import PAGES, pages
from grading.run.records import Run
from grading.scoring import score as scoring
from grading.scoring.records import Scorecard
from grading.scoring.report import read_report
from grading.scoring.review import read_review


def rescore(
    report: Path,
    *,
    assignment: Assignment,
    level: str | None,
    out: Path,
    review: Path | None,
    for_anyone: bool = False,
) -> Scorecard:
    """Score an existing report with the current rubric and write the pages again, without running anything.

    The grade names the grader that scored it; the report still names the one that ran the tests.
    """
    run: Run = msgspec.structs.replace(read_report(report), grader=this_grader(assignment.root))
    rubric = assignment.rubric(level or run.level)
    _expect_run_at(run, rubric, report)
    filled_in = None
    if review is not None:
        filled_in = read_review(review, rubric, of=None if for_anyone else run.submission.name)
    card = scoring.score(run, rubric, assignment.mistake, filled_in)
    prepare_output(out, PAGES)
    write_atomically(pages(card, assignment, out))
    return card


def _expect_run_at(run: Run, rubric: Rubric, report: Path) -> None:
    """Raise if the run did not test some of the level's criteria, since they were not failed either."""
    tested = {result.criterion for result in run.results}
    missing = [c.id for c in rubric.criterion if c.scored_by is ScoredBy.TESTS and c.id not in tested]
    if rubric.level != run.level and missing:
        raise UsageError(
            f"--level {rubric.level}: {report} has level {run.level} and no tests of {', '.join(missing)}: "
            f"omit --level, or grade again with --level {rubric.level}"
        )
