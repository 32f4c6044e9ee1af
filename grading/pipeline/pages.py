"""Renders every file of a grade as text."""

import functools
import importlib
from collections.abc import Mapping
from pathlib import Path

from grading.content.load import Assignment
from grading.handout.templates import solution
from grading.render import to_feedback, to_json, to_summary
from grading.render.figure import Gallery
from grading.render.html.summary import to_html
from grading.scoring.records import Scorecard
from grading.scoring.review import sheet_name

REPORT = "report.json"
_TEXTS = {"grade.json": to_json, "summary.md": to_summary, "feedback.md": to_feedback}
_PAGE = "summary.html"
PAGES = (*_TEXTS, _PAGE)
# The files of a grade.
FILES = (REPORT, *PAGES)


def pages(card: Scorecard, assignment: Assignment, out: Path) -> Mapping[Path, str]:
    """Return every page of a scorecard, by the path to write it to."""
    level = card.rubric.level
    questions = assignment.questions(level)
    texts = {out / name: render(card, questions) for name, render in _TEXTS.items()}
    references = {assignment.manifest.source: solution(assignment, level)} | {
        name: (assignment.root / path).read_text(encoding="utf-8")
        for name, path in assignment.manifest.optional_files.items()
        if name in card.run.submission.optional_files
    }
    sheet = sheet_name(card.run.submission.name)
    return texts | {out / _PAGE: to_html(card, questions, references, _gallery(card, assignment), sheet=sheet)}


def _gallery(card: Scorecard, assignment: Assignment) -> Gallery | None:
    """Return the assignment's figures, or the reason why they are missing; None if the assignment defines none."""
    wanted, figure_data = assignment.manifest.figures, card.run.figure_data
    if wanted is None:
        return None
    gallery = functools.partial(Gallery, title=wanted.title, text=wanted.text)
    if not figure_data:
        return gallery(figures=[], problem="figures were not requested")
    if "problem" in figure_data:
        return gallery(figures=[], problem=str(figure_data["problem"]))
    try:
        return gallery(figures=importlib.import_module(wanted.module).draw(figure_data))
    except Exception as error:  # noqa: BLE001 - a failing figure must not prevent a score
        return gallery(figures=[], problem=f"they could not be drawn ({type(error).__name__})")
