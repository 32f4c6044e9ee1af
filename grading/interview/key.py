"""The answer key and what to look for, as a page to read before an interview."""

from collections.abc import Sequence

from grading.content.records import Interview, Question


def to_key(interview: Interview, questions: Sequence[Question]) -> str:
    """Return hints, marks and the answers to the questions in Markdown."""
    lines = ["### Hints", ""]
    lines += [f"{number}. {hint}" for number, hint in enumerate(interview.hints, start=1)]
    for kind, title in (("good", "Good signs"), ("red-flag", "Red flags")):
        lines += ["", f"### {title}", "", "| seen | suggests for | per cent |", "|---|---|--:|"]
        lines += [
            f"| {mark.text} | {mark.dimension} | {mark.weight:+g} |"
            for mark in interview.observation
            if mark.kind == kind
        ]
    lines += ["", "### Discussion"] if questions else []
    for question in questions:
        asked = f" ({', '.join(question.levels)})" if question.levels else ""
        lines += ["", f"**{question.number}. {question.title}{asked}.** {question.answer}", ""]
        lines += [f"- good: {sign}" for sign in question.good_signs]
        lines += [f"- red flag: {sign}" for sign in question.red_flags]
    return "\n".join(lines) + "\n"
