"""Makes cohort.html of what a cohort's run left behind."""

from collections.abc import Iterable
from pathlib import Path

from grading.content import Assignment
from grading.errors import UsageError
from grading.grades import read_grade
from grading.likeness import alike, groups
from grading.model import Rubric
from grading.publish import starters_of_module
from grading.render.html.cohort import Entry, Group, Item, to_cohort_html
from grading.report import read_report
from grading.statistics import items, most_frequent


def cohort_page(graded: Iterable[tuple[str, str]], assignment: Assignment, rubric: Rubric, out: Path) -> str:
    """Return the page of the submissions whose folders are in `out`.

    Args:
        graded: each one's name and, if it has no score, why.
        assignment: what they answer.
        rubric: by which they were graded.
        out: where their folders are.
    """
    entries, sources = [], {}
    for name, problem in graded:
        if problem:
            entries.append(Entry(name=name, grade=None, problem=problem))
            continue
        try:
            grade = read_grade(out / name / "grade.json")
            sources[name] = read_report(out / name / "report.json").submission.source
            entries.append(Entry(name=name, grade=grade))
        except UsageError as error:  # somebody has been at the folder since
            entries.append(Entry(name=name, grade=None, problem=str(error)))
    grades = [entry.grade for entry in entries if entry.grade is not None]
    titles = {criterion.id: criterion.title for criterion in rubric.criterion}
    pairs = alike(sources, starters_of_module(assignment))
    least = {
        name: min(pair.share for pair in pairs if name in pair.names) for name in {n for p in pairs for n in p.names}
    }
    return to_cohort_html(
        entries,
        rubric,
        [
            Item(
                title=titles[item.criterion],
                test=item.test,
                difficulty=item.difficulty,
                discrimination=item.discrimination,
            )
            for item in items(grades)
        ],
        most_frequent(grades),
        [Group(names=names, least=min(least[name] for name in names)) for names in groups(pairs)],
    )
