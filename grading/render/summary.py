"""summary.md, for the reviewer: verdict and score first, then the explanation, then the open points."""

from collections.abc import Iterable, Sequence

from grading.content.records import Question, ScoredBy
from grading.render.locate import file_of, line_of, source_of
from grading.render.markdown import block, escape
from grading.render.text import OUTCOMES, count, points, shortened
from grading.run.records import Outcome
from grading.scoring.records import FoundMistake, Scorecard, ScoredCriterion, Verdict
from grading.submission.records import Commit

_SYMBOLS = {Verdict.PASS: "✅", Verdict.FAIL: "❌", Verdict.NEEDS_REVIEW: "🟡"}
# Shown when a score reaches the passing mark and the verdict is still open.
HELD_NOTE = "These points would pass, but a critical mistake was found: a reviewer must score the open criteria first."


def to_summary(card: Scorecard, questions: Sequence[Question]) -> str:
    """Return the reviewer's page."""
    parts = [
        _head(card),
        _criteria(card),
        _mistakes(card),
        _open_points(card),
        _bonus(card),
        _tests(card),
        _flags(card),
        _history(card),
        _answers(card, questions),
        _run(card),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(card: Scorecard) -> str:
    automatic, most = card.points(ScoredBy.TESTS), card.maximum(ScoredBy.TESTS)
    reviewer = card.points(ScoredBy.REVIEWER)
    total = "open" if card.total is None else f"{points(card.total)} of {points(card.rubric.maximum)}"
    submission = card.run.submission
    commit = f" at `{submission.commit[:12]}`" if submission.commit else ""
    lines = [
        f"# {_SYMBOLS[card.verdict]} {card.verdict.text}: {points(automatic)} of {points(most)} automatic points",
        f"{escape(submission.name)}{commit}, level {card.rubric.level}. Total {total}; passing at "
        f"{points(card.rubric.passing)}. Reviewer's points: "
        + ("still open." if reviewer is None else f"{points(reviewer)} of {points(card.maximum(ScoredBy.REVIEWER))}."),
    ]
    if card.run.sandbox == "none":
        lines.append("> **NO SANDBOX.** The candidate's code ran unprotected: this score may be forged.")
    return "\n\n".join(lines)


def _criteria(card: Scorecard) -> str:
    lines = ["| criterion | points | of | scored by | |", "|---|--:|--:|---|---|"]
    for criterion in card.criteria:
        passed = sum(test.outcome is Outcome.PASSED for test in criterion.tests)
        by = f"{passed} of {count(len(criterion.tests), 'test')} passed" if criterion.tests else "reviewer"
        cells = (criterion.title, points(criterion.points), points(criterion.max), by, criterion.adjusted)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _mistakes(card: Scorecard) -> str:
    if not card.mistakes:
        return "## Mistakes\n\nNone found."
    return "## Mistakes\n\n" + "\n".join(_mistake(card, found) for found in card.mistakes)


def _mistake(card: Scorecard, found: FoundMistake) -> str:
    line = line_of(found, card)
    source, file = source_of(found, card).split("\n"), file_of(found, card)
    where = ""
    if line is not None and 0 < line <= len(source):
        where = f"\n  {f'{file}, ' if file else ''}line {line}: {escape(source[line - 1].strip()[:160])}"
    detail = f"\n  {escape(found.detail)}" if found.detail else ""
    title = f"- **{found.mistake.title}** (`{found.mistake.id}`, {found.mistake.severity.value}, {found.criterion})"
    return f"{title}: {found.mistake.reviewer}{where}{detail}"


def _open_points(card: Scorecard) -> str:
    waiting = [criterion for criterion in card.criteria if criterion.points is None]
    if waiting:
        names = ", ".join(f"{criterion.title} (0 to {points(criterion.max)})" for criterion in waiting)
        sheet = "a sheet from `python -m grading review SUBMISSION`"
        why = f"\n\n{HELD_NOTE}" if card.waits_for_critical else ""
        return f"## Still open\n\n{names}: the form in `summary.html` or {sheet} makes the file for `--review`.{why}"
    if card.review is None:
        return ""
    lines = [f"## Review by {escape(card.review.reviewer)}", ""]
    lines += [f"- {_title(card.criteria, id_)}: {escape(text)}" for id_, text in card.review.comments.items() if text]
    lines += [
        f"- {name}: {points(earned)} of {points(most)} points, weight {points(card.rubric.dimensions[name])} %"
        for name, (earned, most) in card.dimensions.items()
    ]
    lines += [f"- {name}, by the reviewer: {points(value)} %" for name, value in card.review.dimensions.items()]
    return "\n".join(lines)


def _bonus(card: Scorecard) -> str:
    if not any(criterion.is_attempted for criterion in card.bonus):
        return ""
    lines = ["## Follow-ups (bonus, not part of the score)", ""]
    lines += [
        f"- {criterion.title}: {points(criterion.points)} of {points(criterion.max)}"
        for criterion in card.bonus
        if criterion.is_attempted
    ]
    return "\n".join([*lines, "", *(_mistake(card, found) for found in card.bonus_mistakes)])


def _title(criteria: Iterable[ScoredCriterion], id_: str) -> str:
    return next((criterion.title for criterion in criteria if criterion.id == id_), id_)


def _tests(card: Scorecard) -> str:
    lines = ["<details><summary>Every hidden test</summary>", "", "| test | | points | of |", "|---|---|--:|--:|"]
    for criterion in (*card.criteria, *(bonus for bonus in card.bonus if bonus.is_attempted)):
        for test in criterion.tests:
            title = test.title.replace("|", "&#124;")
            lines.append(f"| {title} | {_mark(test.outcome)} | {points(test.points)} | {points(test.max)} |")
    return "\n".join([*lines, "", "</details>"])


def _mark(outcome: Outcome) -> str:
    match outcome:
        case Outcome.PASSED:
            return "✓"
        case Outcome.FAILED:
            return "✗"
        case _:
            return f"✗ ({OUTCOMES[outcome]})"


def _flags(card: Scorecard) -> str:
    if not card.flags:
        return ""
    lines = ["## Flags for review (not part of the score)", ""]
    for flag in card.flags:
        where = f", line {flag.line}" if flag.line else ""
        lines.append(f"- {flag.id}{where}: {escape(flag.detail)}")
    return "\n".join(lines)


def _history(card: Scorecard) -> str:
    return "\n".join(part for part in (_commits(card), _interview(card)) if part)


def _interview(card: Scorecard) -> str:
    if card.review is None or not (card.review.hints or card.review.observed):
        return ""
    lines = [f"\nHints given in the interview: {len(card.review.hints)}.", ""]
    lines += [f"- {escape(hint)}" for hint in card.review.hints]
    lines += ["", "Observed:", "", *(f"- {escape(mark)}" for mark in card.review.observed)]
    return "\n".join(lines)


def _commits(card: Scorecard) -> str:
    history = card.run.submission.history
    if not history.commits:
        return f"## Process\n\nNo history: {escape(history.note)}."
    several = f"{count(len(history.commits), 'commit')}, {count(history.minutes, 'minute')}"
    lines = [f"## Process\n\n{several} from the first to the last (time box: {card.rubric.time_box}).", ""]
    lines += [f"- minute {c.minute}: {escape(c.subject)}{_files(c)}" for c in history.commits[:20]]
    if len(history.commits) > 20:
        lines.append(f"- … and {len(history.commits) - 20} more")
    if history.outside:
        lines.append(f"\nFiles outside the candidate's own that commits touch: {escape(', '.join(history.outside))}.")
    return "\n".join(lines)


def _files(commit: Commit) -> str:
    return "" if commit.files is None else f" ({count(commit.files, 'file')})"


def _answers(card: Scorecard, questions: Sequence[Question]) -> str:
    if not questions:
        return ""
    answers = {answer.number: answer.text for answer in card.run.submission.answers}
    parts = ["## Discussion"]
    if not any(answers.values()):
        return "## Discussion\n\nNo answers."
    for question in questions:
        text = answers.get(question.number, "")
        parts.append(f"### {question.number}. {question.title}")
        parts.append(block(text) if text else "_No answer._")
        key = [question.answer, *(f"- 👍 {sign}" for sign in question.good_signs)]
        key += [f"- 🚩 {sign}" for sign in question.red_flags]
        parts.append("<details><summary>Answer key</summary>\n\n" + "\n".join(key) + "\n\n</details>")
    return "\n\n".join(parts)


def _run(card: Scorecard) -> str:
    run = card.run
    grader = f"Grader {run.grader.version}, digest {run.grader.digest[:12]}."
    return shortened(f"<sub>Hidden tests: {run.seconds:.1f} s, seed {run.seed}, sandbox: {run.sandbox}. {grader}</sub>")
