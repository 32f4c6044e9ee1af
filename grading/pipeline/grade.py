"""Grades one submission: runs the hidden tests, scores the report and writes the pages.

Files are written atomically, and only after there is a score.
"""

import tempfile
from pathlib import Path

from grading.files import prepare_output, write_atomically
from grading.pipeline.pages import FILES, REPORT, pages
from grading.render import to_candidates_json, to_feedback
from grading.run.grading_run import GradingRun
from grading.run.hidden_tests import run_hidden_tests
from grading.sandbox.calls import Sandbox
from grading.scoring import score as scoring
from grading.scoring.records import Review, Scorecard
from grading.scoring.report import read_report

_CANDIDATES_TEXTS = {"grade.json": to_candidates_json, "feedback.md": to_feedback}


def grade(
    run: GradingRun, *, sandbox: Sandbox, out: Path, review: Review | None, feedback_only: bool = False
) -> Scorecard:
    """Grade a submission and write report and pages to `out`; with `feedback_only`, only those for the candidate."""
    prepare_output(out, FILES)
    with tempfile.TemporaryDirectory(prefix="grading-") as scratch:
        report = Path(scratch) / REPORT
        run_hidden_tests(run, sandbox=sandbox, report=report)
        card = scoring.score(read_report(report), run.rubric, run.assignment.mistake, review)
        if feedback_only:
            write_atomically({out / name: render(card, ()) for name, render in _CANDIDATES_TEXTS.items()})
        else:
            write_atomically({out / REPORT: report.read_text(encoding="utf-8"), **pages(card, run.assignment, out)})
    return card
