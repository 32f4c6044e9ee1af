"""Loads and validates an assignment's data files: manifest, rubrics, catalogue of mistakes, answer key.

Every error names the file, the key and the fix, and is raised before anything is graded.
"""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from grading.content.records import ANY, Criterion, Interview, Manifest, Mistake, Question, Rubric, ScoredBy
from grading.errors import ContentError, UsageError, reason

FOLDER = "hidden_tests"
_T = TypeVar("_T")


class _Mistakes(Struct, forbid_unknown_fields=True):
    mistake: list[Mistake]


class _Bonus(Struct, forbid_unknown_fields=True):
    bonus: list[Criterion]


class _Questions(Struct, forbid_unknown_fields=True):
    question: list[Question]


class Assignment:
    """An assignment's data files, below the root of a checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / FOLDER
        self.manifest = load_toml(self.folder / "assignment.toml", Manifest)
        self.mistakes = _load_mistakes(self.folder / "mistakes")
        self._questions: list[Question] = []
        if self.manifest.discussion is not None:
            self._questions = load_toml(self.folder / "discussion.toml", _Questions).question
        if self.manifest.default_level not in self.levels:
            raise ContentError(
                f"{self.folder / 'assignment.toml'}: default_level {self.manifest.default_level!r} has no rubric; "
                f"levels with a rubric: {', '.join(self.levels)}"
            )

    @property
    def levels(self) -> list[str]:
        """The levels that have a rubric."""
        return sorted(path.stem for path in (self.folder / "rubrics").glob("*.toml"))

    @property
    def interview(self) -> Interview:
        """The script of a live interview; raise ContentError if there is none, or if it does not fit the rubrics."""
        path = self.folder / "interview.toml"
        interview = load_toml(path, Interview)
        rubrics = [self.rubric(level) for level in self.levels]
        dimensions = {name for rubric in rubrics for name in rubric.dimensions}
        criteria = {c.id for rubric in rubrics for c in rubric.criterion if c.scored_by is ScoredBy.REVIEWER}
        for what, name, known in (
            *(("observation", mark.dimension, dimensions) for mark in interview.observation),
            ("hint_cost", interview.hint_cost and interview.hint_cost.dimension, dimensions),
            ("answers_score", interview.answers_score, criteria),
        ):
            if name is not None and name not in known:
                raise ContentError(f"{path}: {what}: {name!r} is in no rubric; use one of: {', '.join(sorted(known))}")
        return interview

    def questions(self, level: str | None) -> list[Question]:
        """Return a level's questions, with the answer key; None: the questions of all levels."""
        return [q for q in self._questions if level is None or not q.levels or level in q.levels]

    def rubric(self, level: str) -> Rubric:
        """Return a level's rubric; raise UsageError if there is none, ContentError if it is wrong."""
        path = self.folder / "rubrics" / f"{level}.toml"
        if not path.is_file():
            raise UsageError(f"level {level!r} has no rubric {path}; levels with a rubric: {', '.join(self.levels)}")
        rubric = load_rubric(path)
        bonus = self.folder / "bonus.toml"
        return msgspec.structs.replace(rubric, bonus=load_bonus(bonus)) if bonus.is_file() else rubric

    def mistake(self, criterion: str, id_: str) -> Mistake:
        """Return the catalogue's entry; raise ContentError if there is none."""
        for key in ((criterion, id_), (ANY, id_)):
            if key in self.mistakes:
                return self.mistakes[key]
        raise ContentError(
            f"{self.folder / 'mistakes'}: no mistake {id_!r} of {criterion!r}: "
            "add it to the catalogue, or use another id in the test"
        )


def load_rubric(path: Path) -> Rubric:
    """Return the rubric in a file; raise ContentError unless its points and weights add up."""
    rubric = load_toml(path, Rubric)
    _expect_once(path, "criterion", (criterion.id for criterion in rubric.criterion))
    _expect_once(path, "test", (test for criterion in rubric.criterion for test in criterion.tests))
    if not math.isclose(rubric.maximum, 100):
        raise ContentError(f"{path}: the criteria's points add up to {rubric.maximum:g}, expected 100")
    if not math.isclose(sum(rubric.dimensions.values()), 100):
        raise ContentError(
            f"{path}: the dimensions' weights add up to {sum(rubric.dimensions.values()):g}, expected 100"
        )
    for criterion in rubric.criterion:
        where = f"{path}: criterion {criterion.id!r}"
        if criterion.dimension not in rubric.dimensions:
            raise ContentError(f"{where}: dimension {criterion.dimension!r} is not one of {list(rubric.dimensions)}")
        if (criterion.scored_by is ScoredBy.TESTS) != bool(criterion.tests):
            raise ContentError(
                f"{where}: scored_by {criterion.scored_by.value!r} does not match its tests: "
                "'tests' needs a [criterion.tests] table, 'reviewer' must have none"
            )
        if criterion.tests:
            _expect_points_of_tests(where, criterion)
    return rubric


def load_bonus(path: Path) -> list[Criterion]:
    """Return the follow-ups in a file; raise ContentError unless each one's points add up."""
    criteria = load_toml(path, _Bonus).bonus
    _expect_once(path, "bonus", (criterion.id for criterion in criteria))
    for criterion in criteria:
        _expect_points_of_tests(f"{path}: bonus {criterion.id!r}", criterion)
    return criteria


def _expect_points_of_tests(where: str, criterion: Criterion) -> None:
    total = sum(criterion.tests.values())
    if not math.isclose(total, criterion.points):
        raise ContentError(f"{where}: its tests' points add up to {total:g}, expected {criterion.points:g}")


def load_toml(path: Path, kind: type[_T]) -> _T:
    """Return a TOML file as a record; raise ContentError naming the file and the key."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise ContentError(f"{path}: file not found") from None
    except OSError as error:
        raise ContentError(f"{path}: cannot be read: {reason(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: {error}") from None


def _load_mistakes(folder: Path) -> dict[tuple[str, str], Mistake]:
    found: dict[tuple[str, str], Mistake] = {}
    for path in sorted(folder.glob("*/mistakes.toml")):
        for mistake in load_toml(path, _Mistakes).mistake:
            if mistake.criterion != path.parent.name:
                raise ContentError(
                    f"{path}: {mistake.id!r} has criterion {mistake.criterion!r}: move it to that folder"
                )
            if (mistake.criterion, mistake.id) in found:
                raise ContentError(f"{path}: {mistake.id!r} is a duplicate; remove one")
            found[mistake.criterion, mistake.id] = mistake
    if not found:
        raise ContentError(f"{folder}: no folder in it contains a mistakes.toml")
    for mistake in found.values():
        _expect_causes(folder / mistake.criterion / "mistakes.toml", mistake, found)
    return found


def _expect_causes(path: Path, mistake: Mistake, mistakes: Mapping[tuple[str, str], Mistake]) -> None:
    """Raise ContentError unless each mistake that this one is a consequence of exists and is not one itself."""
    for id_ in mistake.consequence_of:
        cause = mistakes.get((mistake.criterion, id_)) or mistakes.get((ANY, id_))
        where = f"{path}: {mistake.id!r}: consequence_of names {id_!r}"
        if cause is None:
            raise ContentError(f"{where}, but {mistake.criterion!r} has no mistake of that id: correct the id")
        if cause.consequence_of:
            raise ContentError(
                f"{where}, which is itself a consequence: list the mistakes in its consequence_of instead"
            )


def _expect_once(path: Path, what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            raise ContentError(f"{path}: {what} {id_!r} is a duplicate; remove one")
        seen.add(id_)
