"""Figures of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from grading.content.records import Record


class Figure(Record, frozen=True, kw_only=True):
    """A figure, which a page shows as an image."""

    title: str
    text: str  # alternative text
    svg: str


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """The section of the reviewer's page with the assignment's figures."""

    title: str
    text: str  # describes the figures
    figures: Sequence[Figure]
    problem: str = ""  # why there are none
