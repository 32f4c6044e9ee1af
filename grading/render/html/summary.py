"""summary.html: the reviewer's page, with a form for the reviewer's points."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grading.content.records import Question, ScoredBy, Severity
from grading.render.figure import Gallery
from grading.render.html.code import Change, compared, highlighted
from grading.render.html.page import image, render
from grading.render.locate import file_of, line_of
from grading.render.summary import HELD_NOTE
from grading.render.text import OUTCOMES, count, points
from grading.scoring.records import FoundMistake, Scorecard
from grading.submission.records import Commit

_MOST_COMMITS = 60


@dataclass(frozen=True, kw_only=True)
class _CodeLine:
    number: int
    html: Markup
    findings: Sequence[FoundMistake]


@dataclass(frozen=True, kw_only=True)
class _CodeFile:
    name: str
    lines: Sequence[_CodeLine]
    unplaced: Sequence[FoundMistake]
    changes: Sequence[Sequence[Change]]


def to_html(
    card: Scorecard,
    questions: Sequence[Question],
    references: Mapping[str, str],
    gallery: Gallery | None,
    *,
    sheet: str,
) -> str:
    """Return the reviewer's page.

    Args:
        card: the score.
        questions: the discussion, with the answer key.
        references: the finished files, by name, the candidate's main module first.
        gallery: the assignment's figures; None: the assignment defines none.
        sheet: the name of the file that the form saves.
    """
    main, *_ = references
    sources = {main: card.run.submission.source, **card.run.submission.optional_files}
    answers = {answer.number: answer.text for answer in card.run.submission.answers}
    review = card.review
    return render(
        "summary.html.jinja",
        "summary.js",
        card=card,
        verdict=card.verdict.text,
        automatic=card.points(ScoredBy.TESTS) or 0.0,
        automatic_max=card.maximum(ScoredBy.TESTS),
        critical=any(found.mistake.severity is Severity.CRITICAL for found in card.mistakes),
        held=HELD_NOTE,
        reviewers=[criterion for criterion in card.criteria if criterion.scored_by is ScoredBy.REVIEWER],
        tested=[criterion for criterion in card.criteria if criterion.tests],
        bonus=[criterion for criterion in card.bonus if criterion.is_attempted],
        bar=_bar(card),
        severities=[(severity, _of_severity(card, severity)) for severity in Severity],
        outcomes=OUTCOMES,
        points=points,
        count=count,
        place=lambda found: (file_of(found, card) or main, line_of(found, card)),
        files=[_file(name, source, references, card, main) for name, source in sources.items()],
        discussion=[(question, answers.get(question.number, "")) for question in questions],
        history=card.run.submission.history,
        commits=card.run.submission.history.commits[:_MOST_COMMITS],
        timeline=_timeline(card),
        gallery=gallery,
        image=image,
        sheet=sheet,
        review=review,
        hints=[] if review is None else review.hints,
        observed=[] if review is None else review.observed,
        kept=json.dumps(
            {
                "hints": [] if review is None else review.hints,
                "observed": [] if review is None else review.observed,
            }
        ),
    )


def _of_severity(card: Scorecard, severity: Severity) -> list[FoundMistake]:
    return [found for found in (*card.mistakes, *card.bonus_mistakes) if found.mistake.severity is severity]


def _bar(card: Scorecard) -> Mapping[str, float]:
    """Return the earned points, the open points and the passing mark, in per cent of all points."""
    most = card.rubric.maximum
    earned = sum(criterion.points or 0.0 for criterion in card.criteria)
    still = sum(criterion.max for criterion in card.criteria if criterion.points is None)
    return {
        "earned": 100 * earned / most,
        "open": 100 * still / most,
        "passing": 100 * card.rubric.passing / most,
    }


def _file(name: str, source: str, references: Mapping[str, str], card: Scorecard, main: str) -> _CodeFile:
    here = [f for f in (*card.mistakes, *card.bonus_mistakes) if (file_of(f, card) or main) == name]
    lines = highlighted(source)
    at = {id(found): line_of(found, card) for found in here}
    return _CodeFile(
        name=name,
        lines=[
            _CodeLine(number=number, html=html, findings=[found for found in here if at[id(found)] == number])
            for number, html in enumerate(lines, start=1)
        ],
        unplaced=[found for found in here if not 0 < (at[id(found)] or 0) <= len(lines)],
        changes=list(compared(source, references[name])) if name in references else [],
    )


@dataclass(frozen=True, kw_only=True)
class _Mark:
    at: float  # per cent of the line
    commit: Commit


@dataclass(frozen=True, kw_only=True)
class _Timeline:
    marks: Sequence[_Mark]
    box: float | None  # where the time box ends, in per cent of the line
    last: int  # minute


def _timeline(card: Scorecard) -> _Timeline | None:
    """Return the positions of the commits and of the end of the time box on a line."""
    history = card.run.submission.history
    if not history.commits:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", card.rubric.time_box)]
    box = max(numbers, default=0)
    last = max([box, *(commit.minute for commit in history.commits), 1])
    return _Timeline(
        marks=[_Mark(at=100 * max(commit.minute, 0) / last, commit=commit) for commit in history.commits],
        box=100 * box / last if box else None,
        last=last,
    )
