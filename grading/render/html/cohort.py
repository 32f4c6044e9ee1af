"""cohort.html: all submissions on one page, with an item analysis."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from grading.content.records import Rubric
from grading.render.figure import Figure
from grading.render.html.page import image, render
from grading.render.text import points
from grading.scoring.grade import Grade
from grading.scoring.records import Verdict

_MOST_MISTAKES = 15
_MOST_GROUPS = 30
# At or below this discrimination, a test may be a bad test.
WEAK = 0.1


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One submission of the cohort."""

    name: str
    grade: Grade | None
    problem: str = ""  # the reason why there is no grade


@dataclass(frozen=True, kw_only=True)
class Item:
    """A criterion or a hidden test, with its statistics over all submissions."""

    criterion: str
    test: str | None  # None: the criterion as a whole
    # Mean share of its points that was earned, 0 to 1: the classical difficulty index, high for an easy item.
    difficulty: float
    # Correlation with the points on everything else, -1 to 1 (point-biserial for a test that passes or fails);
    # None if there is no variance. A test near or below zero needs a review.
    discrimination: float | None


@dataclass(frozen=True, kw_only=True)
class Group:
    """A group of similar submissions."""

    names: Sequence[str]
    least: float  # the lowest share of common statements among the pairs that connect the group


def to_cohort_html(
    entries: Sequence[Entry],
    rubric: Rubric,
    *,
    figure: Figure | None,
    items: Sequence[Item],
    mistakes: Mapping[tuple[str, str, str], int],
    groups: Sequence[Group],
    left_out: Mapping[str, str],
) -> str:
    """Return the page of a cohort.

    Args:
        entries: the submissions, in the order given.
        rubric: the rubric that they were graded with.
        figure: the distribution of the scores; None: there is none.
        items: criteria and hidden tests, with difficulty and discrimination.
        mistakes: number of submissions with each mistake, by criterion, id and title, the most frequent first.
        groups: groups of similar submissions.
        left_out: text on missing data, by part of the page (`distribution`, `items`, `mistakes`, `similar`).
    """
    graded = [entry.grade for entry in entries if entry.grade is not None]
    return render(
        "cohort.html.jinja",
        "cohort.js",
        entries=entries,
        graded=graded,
        rubric=rubric,
        criteria=[criterion for criterion in rubric.criterion if criterion.tests],
        points=points,
        points_of=lambda grade, id_: next((c.points for c in grade.criteria if c.id == id_), None),
        address=_address,
        verdicts=sorted({grade.verdict.text for grade in graded}),
        counts={
            verdict.text: sum(grade.verdict is verdict for grade in graded)
            for verdict in (Verdict.PASS, Verdict.NEEDS_REVIEW, Verdict.FAIL)
        },
        items=items,
        titles={criterion.id: criterion.title for criterion in rubric.criterion},
        weak=WEAK,
        mistakes=list(mistakes.items())[:_MOST_MISTAKES],
        named=sorted({mistake.id for grade in graded for mistake in grade.mistakes}),
        groups=groups[:_MOST_GROUPS],
        left_out=left_out,
        more_groups=max(0, len(groups) - _MOST_GROUPS),
        figure=figure,
        drawing=None if figure is None else image(figure.svg),
    )


def _address(name: str) -> Markup:
    return Markup(f"{quote(name, safe='')}/summary.html")  # noqa: S704 - nothing but letters, digits and escapes


def distribution(scores: Sequence[float], rubric: Rubric) -> Figure | None:
    """Return a histogram of automatic points with the passing marks; None without scores."""
    if not scores:
        return None
    from matplotlib import rc_context
    from matplotlib.figure import Figure as Drawing
    from matplotlib.ticker import MaxNLocator

    open_points = sum(c.points for c in rubric.criterion if not c.tests)
    most = rubric.maximum - open_points
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "cohort", "font.size": 10}):
        drawing = Drawing(figsize=(7.5, 2.6), layout="constrained")
        axes = drawing.subplots()
        axes.hist(scores, bins=[5 * edge for edge in range(int(most // 5) + 2)], color="#0b5cad", edgecolor="white")
        axes.axvline(rubric.passing, color="#116329", linewidth=2, label=f"passes without a review: {rubric.passing:g}")
        least = rubric.passing - open_points
        axes.axvline(least, color="#a40e26", linewidth=2, linestyle="--", label=f"can still pass: {least:g}")
        axes.set(xlabel=f"automatic points, of {most:g}", ylabel="submissions")
        axes.spines[["top", "right"]].set_visible(False)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False, fontsize=8, loc="upper left")
        written = io.StringIO()
        drawing.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    svg = written.getvalue()
    above, between = sum(s >= rubric.passing for s in scores), sum(least <= s < rubric.passing for s in scores)
    text = (
        f"{above} of {len(scores)} pass without a review, {between} can still pass with one, "
        f"{len(scores) - above - between} cannot."
    )
    return Figure(title="Automatic points", text=text, svg=svg[svg.index("<svg") :])
