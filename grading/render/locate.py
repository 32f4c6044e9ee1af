"""Finds the line of the candidate's code that shows a mistake, if the source is enough to locate it."""

from grading.content.records import Criterion
from grading.scoring.records import FoundMistake, Scorecard
from grading.submission.source import outline


def file_of(found: FoundMistake, card: Scorecard) -> str | None:
    """Return the file that contains a mistake, None for the candidate's main module."""
    criterion = _criterion(found, card)
    return None if criterion is None else criterion.file


def source_of(found: FoundMistake, card: Scorecard) -> str:
    """Return the source that contains a mistake."""
    file = file_of(found, card)
    submission = card.run.submission
    return submission.source if file is None else submission.optional_files.get(file, "")


def line_of(found: FoundMistake, card: Scorecard) -> int | None:
    """Return the line that the run reported, else the first match of `look_for`, else the function's line."""
    if found.line is not None:
        return found.line
    criterion = _criterion(found, card)
    if criterion is None or criterion.function is None:
        return None
    definitions = [block for block in outline(source_of(found, card)).blocks if block.name == criterion.function]
    if not definitions:
        return None
    words = [definitions[-1].names, definitions[-1].attributes, definitions[-1].others]
    lines = [lines[word] for word in found.mistake.look_for for lines in words if word in lines]
    return min(lines, default=definitions[-1].line)


def _criterion(found: FoundMistake, card: Scorecard) -> Criterion | None:
    criteria = (*card.rubric.criterion, *card.rubric.bonus)
    return next((criterion for criterion in criteria if criterion.id == found.criterion), None)
