"""Makes cohort.html from the folders that a cohort run has written.

A submission or a part of the page that cannot be shown is left out, and the page names what is missing.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from grading.cohort.item_analysis import items, most_frequent
from grading.cohort.similarity import groups, similar_pairs
from grading.content.load import Assignment
from grading.content.records import Rubric
from grading.errors import UsageError
from grading.handout.templates import starters_of_module
from grading.pipeline.pages import REPORT
from grading.render.html.cohort import Entry, Group, distribution, to_cohort_html
from grading.scoring.grade import Grade, read_grade
from grading.scoring.report import read_report

_MOST_NAMED = 20
OneT = TypeVar("OneT")
PartT = TypeVar("PartT")


def cohort_page(graded: Iterable[tuple[str, str]], assignment: Assignment, rubric: Rubric, out: Path) -> str:
    """Return the page of the submissions whose folders are in `out`.

    Args:
        graded: each submission's name and, without a score, the reason.
        assignment: the assignment that they answer.
        rubric: the rubric that they were graded with.
        out: the folder that contains their folders.
    """
    entries = [_entry(name, problem, out) for name, problem in graded]
    grades = {entry.name: entry.grade for entry in entries if entry.grade is not None}
    # `score` may since have written a grade of another level into a folder.
    comparable = {name: grade for name, grade in grades.items() if grade.level == rubric.level}
    others = {name: f"scored as {grade.level}" for name, grade in grades.items() if name not in comparable}
    sources, unread = _sources(grades, out)

    parts = _Parts()
    return to_cohort_html(
        entries,
        rubric,
        figure=parts.make(
            "distribution", lambda of: distribution(_scores(of), rubric), comparable, nothing=None, without=others
        ),
        items=parts.make("items", lambda of: items(list(of.values())), comparable, nothing=[], without=others),
        mistakes=parts.make("mistakes", lambda of: most_frequent(of.values()), grades, nothing={}),
        groups=parts.make("similar", lambda of: _groups(of, assignment), sources, nothing=[], without=unread),
        left_out=parts.left_out,
    )


def _entry(name: str, problem: str, out: Path) -> Entry:
    if problem:
        return Entry(name=name, grade=None, problem=problem)
    try:
        return Entry(name=name, grade=read_grade(out / name / "grade.json"))
    except UsageError as error:  # the folder has changed since the run
        return Entry(name=name, grade=None, problem=str(error))


def _sources(names: Iterable[str], out: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the graded modules by submission, and for the other submissions the reason why there is none."""
    sources, unread = {}, {}
    for name in names:
        try:
            sources[name] = read_report(out / name / REPORT).submission.source
        except UsageError:
            unread[name] = f"its {REPORT} cannot be read"
    return sources, unread


class _Parts:
    """Makes the parts of a page, each from the submissions that it can be made from."""

    def __init__(self) -> None:
        self.left_out: dict[str, str] = {}  # by part: a sentence

    def make(
        self,
        part: str,
        compute: Callable[[Mapping[str, OneT]], PartT],
        of: Mapping[str, OneT],
        *,
        nothing: PartT,
        without: Mapping[str, str] | None = None,
    ) -> PartT:
        """Return a part made from all submissions, or from those that it can be made from.

        Args:
            part: the part's name on the page.
            compute: makes the part.
            of: the data to make it from, by submission.
            nothing: the value to return if it cannot be made.
            without: submissions that are already left out, each with the reason.
        """
        left_out = dict(without or {})
        try:
            made = compute(of)
        except Exception as error:  # noqa: BLE001 - the rest of the page is worth more than this part
            failing = {name: why for name, one in of.items() if (why := _failure(compute, {name: one}))}
            rest = {name: one for name, one in of.items() if name not in failing}
            why = _failure(compute, rest) if failing else type(error).__name__
            if why:
                self.left_out[part] = f"This part is left out: it could not be computed ({why})."
                return nothing
            left_out |= failing
            made = compute(rest)
        if left_out:
            self.left_out[part] = f"Left out here: {_named(left_out)}."
        return made


def _failure(compute: Callable[[Mapping[str, OneT]], object], of: Mapping[str, OneT]) -> str:
    """Return the type of the exception that computing this raises; empty if it raises none."""
    try:
        compute(of)
    except Exception as error:  # noqa: BLE001 - the page shows its type
        return type(error).__name__
    return ""


def _named(left_out: Mapping[str, str]) -> str:
    named = [f"{name} ({why})" for name, why in left_out.items()]
    more = len(named) - _MOST_NAMED
    return ", ".join(named[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _scores(grades: Mapping[str, Grade]) -> list[float]:
    return [grade.score.automatic for grade in grades.values()]


def _groups(sources: Mapping[str, str], assignment: Assignment) -> list[Group]:
    pairs = similar_pairs(sources, starters_of_module(assignment))
    least: dict[str, float] = {}
    for pair in pairs:
        for name in pair.names:
            least[name] = min(pair.share, least.get(name, 1.0))
    return [Group(names=names, least=min(least[name] for name in names)) for names in groups(pairs)]
