"""feedback.md, for the candidate: points and hints per criterion, without tests, inputs or paths."""

from collections.abc import Sequence

from grading.content.records import ANY, Question, ScoredBy
from grading.render.text import points
from grading.run.records import Outcome
from grading.scoring.records import Scorecard, Verdict

_VERDICTS = {
    Verdict.PASS: "These points are enough to pass.",
    Verdict.FAIL: "This does not pass yet; you can push again.",
    Verdict.NEEDS_REVIEW: "A reviewer adds the points for {waiting}.",
}
_REVIEWED = {
    Verdict.PASS: "this passes.",
    Verdict.FAIL: "this does not pass.",
    Verdict.NEEDS_REVIEW: "it is still open.",
}


def _verdict(card: Scorecard) -> str:
    if card.total is None:
        *others, last = [criterion.title for criterion in card.criteria if criterion.points is None]
        return _VERDICTS[card.verdict].format(waiting=f"{', '.join(others)} and {last}" if others else last)
    all_points = f"{points(card.total)} of {points(card.rubric.maximum)}"
    return f"With the reviewer's points that makes {all_points}: {_REVIEWED[card.verdict]}"


def to_feedback(card: Scorecard, questions: Sequence[Question]) -> str:  # noqa: ARG001 - a renderer's signature
    """Return the candidate's page, which contains only texts of the rubric and the catalogue of mistakes."""
    automatic, most = card.points(ScoredBy.TESTS), card.maximum(ScoredBy.TESTS)
    parts = [f"# {points(automatic)} of {points(most)} automatic points", _verdict(card)]
    whole = [found.mistake for found in card.mistakes if found.criterion == ANY]
    if whole:
        parts.append("## Your module\n\n" + "\n".join(f"- **{m.title}.** {m.hint}" for m in whole))
    for criterion in card.criteria:
        if criterion.scored_by is ScoredBy.REVIEWER:
            earned_text = "up to" if criterion.points is None else f"{points(criterion.points)} of"
            parts.append(f"## {criterion.title}: {earned_text} {points(criterion.max)}, given by a reviewer")
            continue
        head = f"## {criterion.title}: {points(criterion.points)} of {points(criterion.max)}"
        hints = [f.mistake for f in card.mistakes if f.criterion == criterion.id]
        lines = [f"- **{mistake.title}.** {mistake.hint}" for mistake in hints]
        if not lines and all(test.outcome is Outcome.PASSED for test in criterion.tests):
            lines = ["All checks passed."]
        elif not lines:
            lines = ["See above." if whole else "Something here could not be checked; a reviewer will look at it."]
        parts.append(head + "\n\n" + "\n".join(lines))
    for criterion in card.bonus:
        hints = [f.mistake for f in card.bonus_mistakes if f.criterion == criterion.id]
        if criterion.points or hints:
            lines = [f"- **{mistake.title}.** {mistake.hint}" for mistake in hints]
            lines = lines or ["All checks passed."]
            head = f"## Bonus, {criterion.title}: {points(criterion.points)} of {points(criterion.max)}"
            parts.append(head + "\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"
