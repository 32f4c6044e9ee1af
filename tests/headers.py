"""Parse the header of a mistaken submission: comment lines `# key: value` at the beginning of its file.

- `expect`, for each mistake in the file: `CRITERION MISTAKE`, or `CRITERION MISTAKE.VARIANT` where the description
  matters. ` | ` separates alternative names.
- `points`, where they matter: `CRITERION POINTS`.
- `whole`, where the reference's functions must not be added: the reason.
- `about`, where the code does not show it: what is wrong.

The grader must name the expected mistakes and no others, and no other criterion may lose points. The criterion `any`
stands for all criteria.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LINE = re.compile(r"# (\w+): (.+)")
_NAME = re.compile(r"([a-z0-9-]+)(?:\.([a-z0-9-]+))?")
_POINTS = re.compile(r"\d+(?:\.\d+)?")
_SEVERAL, _ONCE = ("expect", "points"), ("whole", "about")


class HeaderError(ValueError):
    """Raised for a file that does not begin with a valid header."""


@dataclass(frozen=True, kw_only=True)
class Name:
    """A mistake of the catalogue, with the variant of its description."""

    mistake: str
    variant: str | None


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A mistake that the grader must find in a submission."""

    criterion: str
    names: tuple[Name, ...]  # alternatives, any of which is accepted


@dataclass(frozen=True, kw_only=True)
class Header:
    """The parsed header of a mistaken submission."""

    expected: tuple[Expected, ...]
    points: Mapping[str, float]
    is_whole: bool

    @property
    def criteria(self) -> set[str]:
        """Return the criteria that lose points."""
        return {expected.criterion for expected in self.expected}


def read_header(content: bytes) -> Header:
    """Return the header of a file; raise HeaderError if it is missing or invalid."""
    values: dict[str, list[str]] = {key: [] for key in (*_SEVERAL, *_ONCE)}
    for line in content.decode("utf-8", errors="replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            break
        key, value = match.groups()
        if key not in values:
            raise HeaderError(f"unknown key {key!r}; use one of {', '.join(values)}")
        values[key].append(value)
    if not values["expect"]:
        raise HeaderError(
            "no line '# expect: CRITERION MISTAKE' at the beginning of the file; add one for each mistake"
        )
    if repeated := [key for key in _ONCE if len(values[key]) > 1]:
        raise HeaderError(f"{repeated[0]!r} is there {len(values[repeated[0]])} times; keep one")
    expected = tuple(_expected(value) for value in values["expect"])
    if len(set(expected)) < len(expected):
        raise HeaderError("the same mistake is expected twice; remove one")
    return Header(expected=expected, points=dict(map(_points, values["points"])), is_whole=bool(values["whole"]))


def _expected(value: str) -> Expected:
    criterion, _, names = value.partition(" ")
    matches = [_NAME.fullmatch(name) for name in names.split(" | ")]
    found = tuple(Name(mistake=match[1], variant=match[2]) for match in matches if match)
    if len(found) < len(matches):
        raise HeaderError(f"expect: must be CRITERION MISTAKE[.VARIANT], with ' | ' between names, got {value!r}")
    return Expected(criterion=criterion, names=found)


def _points(value: str) -> tuple[str, float]:
    criterion, _, points = value.partition(" ")
    if not _POINTS.fullmatch(points):
        raise HeaderError(f"points: must be CRITERION POINTS, got {value!r}")
    return criterion, float(points)
