"""Annotations on the candidate's lines, as GitHub workflow commands with only catalogue texts and line numbers."""

from grading.content.records import Severity
from grading.render.locate import file_of, line_of
from grading.scoring.records import Scorecard


def to_annotations(card: Scorecard, file: str) -> list[str]:
    """Return one workflow command per mistake found."""
    commands = []
    for found in card.mistakes:
        kind = "warning" if found.mistake.severity is Severity.MINOR else "error"
        where = f"file={_property(file_of(found, card) or file)},line={line_of(found, card) or 1}"
        commands.append(f"::{kind} {where},title={_property(found.mistake.title)}::{_data(found.mistake.hint)}")
    return commands


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
