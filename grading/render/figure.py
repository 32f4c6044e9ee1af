"""The drawings of the reviewer's page."""

from grading.content.records import Record


class Figure(Record, frozen=True, kw_only=True):
    """A drawing for the reviewer's page."""

    title: str
    text: str  # what it shows, for those who do not see it
    svg: str
