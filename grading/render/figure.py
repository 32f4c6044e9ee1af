"""The drawings of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from grading.content.records import Record


class Figure(Record, frozen=True, kw_only=True):
    """A drawing, which a page shows as an image."""

    title: str
    text: str  # what it shows, for those who do not see it
    svg: str


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """The section of the reviewer's page that holds the assignment's drawings."""

    title: str
    text: str  # what all of them show
    figures: Sequence[Figure]
    problem: str = ""  # why there are none
