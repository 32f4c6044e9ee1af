"""The answer key and the observations to look for, as a page to read before an interview."""

from collections.abc import Sequence

from grading.content.records import Interview, Question


def to_key(interview: Interview, questions: Sequence[Question]) -> str:
    """Return hints, observations and the answer key in Markdown."""
    lines = ["### Hints", ""]
    lines += [f"{number}. {hint}" for number, hint in enumerate(interview.hints, start=1)]
    for kind, title in (("good", "Good signs"), ("red-flag", "Red flags")):
        lines += ["", f"### {title}", "", "| observed | dimension | per cent |", "|---|---|--:|"]
        lines += [
            f"| {mark.text} | {mark.dimension} | {mark.weight:+g} |"
            for mark in interview.observation
            if mark.kind == kind
        ]
    lines += ["", "### Discussion"] if questions else []
    for question in questions:
        levels = f" ({', '.join(question.levels)})" if question.levels else ""
        lines += ["", f"**{question.number}. {question.title}{levels}.** {question.answer}", ""]
        lines += [f"- good: {sign}" for sign in question.good_signs]
        lines += [f"- red flag: {sign}" for sign in question.red_flags]
    return "\n".join(lines) + "\n"
