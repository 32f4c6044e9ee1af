"""Every file that a grade consists of, as text."""

import importlib
from collections.abc import Mapping
from pathlib import Path

from grading.content.load import Assignment
from grading.handout.templates import solution
from grading.render import to_feedback, to_json, to_summary
from grading.render.figure import Figure
from grading.render.html.summary import to_html
from grading.scoring.records import Scorecard
from grading.scoring.review import sheet_name

REPORT = "report.json"
_TEXTS = {"grade.json": to_json, "summary.md": to_summary, "feedback.md": to_feedback}
_PAGE = "summary.html"
PAGES = (*_TEXTS, _PAGE)
# Everything that a grade writes.
FILES = (REPORT, *PAGES)


def pages(card: Scorecard, assignment: Assignment, out: Path) -> Mapping[Path, str]:
    """Return every page of a scorecard by the path it goes to."""
    level = card.rubric.level
    questions = assignment.questions(level)
    texts = {out / name: render(card, questions) for name, render in _TEXTS.items()}
    references = {assignment.manifest.source: solution(assignment, level)} | {
        name: (assignment.root / path).read_text(encoding="utf-8")
        for name, path in assignment.manifest.optional_files.items()
        if name in card.run.submission.optional_files
    }
    figures, problem = _figures(card, assignment)
    sheet = sheet_name(card.run.submission.name)
    return texts | {out / _PAGE: to_html(card, questions, references, figures, problem, sheet=sheet)}


def _figures(card: Scorecard, assignment: Assignment) -> tuple[list[Figure], str]:
    """Return the figures, or why there are none."""
    module, figure_data = assignment.manifest.figures, card.run.figure_data
    if module is None or not figure_data:
        return [], "it was not asked for"
    if "problem" in figure_data:
        return [], str(figure_data["problem"])
    try:
        return importlib.import_module(module).draw(figure_data), ""
    except Exception as error:  # noqa: BLE001 - a score must not be lost to a drawing
        return [], f"it could not be drawn ({type(error).__name__})"
