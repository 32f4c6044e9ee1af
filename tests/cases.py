"""The submissions of the catalogue and of `tests/submissions/`, as files that can be graded.

A folder of `tests/submissions/` is a criterion. Its folder `correct/` holds submissions that must earn all of its
points; `mistaken/` holds those that must lose some, each with a header that names the mistake. `any/` holds mistakes
that affect all criteria, and `several/` those that affect more than one. Four folders are not criteria: `styles/` holds
whole correct modules, `nothing/` code that computes nothing, by criterion, `features/` code that uses what the sandbox
allows, and `example/` is a checkout.

A file holds the functions that matter; the others come from the reference, unless its header has the key `whole`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grading.content.load import Assignment
from grading.content.records import Criterion
from tests.compose import compose
from tests.headers import HeaderError, read_header

ROOT = Path(__file__).resolve().parent.parent
SUBMISSIONS = ROOT / "tests" / "submissions"
EXERCISE, FOLLOWUPS, PIPELINE = (f"assignment/{name}.py" for name in ("exercise", "followups", "pipeline"))
# In this order, since a submission is graded at the first level that has its criterion.
_LEVELS = ("mid", "senior", "researcher")

EXAMPLES = sorted((ROOT / "hidden_tests" / "mistakes").glob("*/*.py"))
STYLES = sorted((SUBMISSIONS / "styles").glob("*.py"))
CORRECT = sorted(SUBMISSIONS.glob("*/correct/*.py"))
MISTAKEN = sorted(SUBMISSIONS.glob("*/mistaken/*.py"))
NOTHING = sorted((SUBMISSIONS / "nothing").glob("*/*.py"))


@dataclass(frozen=True, kw_only=True)
class Case:
    """A submission: its name, its level and its files."""

    name: str
    level: str
    files: Mapping[str, bytes]

    def write(self, folder: Path) -> Path:
        """Write the submission as a checkout and return the folder."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder


def name_of(path: Path) -> str:
    """Return the name of a file's submission: the folder of its criterion and its own name."""
    folder = path.parent.parent if path.parent.name in ("correct", "mistaken") else path.parent
    return path.stem if path.parent == SUBMISSIONS / "styles" else f"{folder.name}/{path.stem}"


def mistaken_case(path: Path, assignment: Assignment) -> Case:
    """Return the submission for a file with a header."""
    try:
        header = read_header(path.read_bytes())
    except HeaderError as error:
        raise HeaderError(f"{path}: {error}") from None
    return _case(path, header.criteria, assignment, is_whole=header.is_whole)


def case_of(path: Path, criterion: str, assignment: Assignment) -> Case:
    """Return the submission for a file without a header, which holds the functions of one criterion."""
    return _case(path, [criterion], assignment)


def correct_case(path: Path, assignment: Assignment) -> Case:
    """Return the submission for a correct solution; a criterion with a file of its own needs no other functions."""
    criterion = path.parent.parent.name.replace("_", "-")
    _, scored = _find(criterion, assignment)
    return _case(path, [criterion], assignment, is_whole=scored is not None and scored.file is not None)


def catalogue(assignment: Assignment) -> Iterator[Case]:
    """Yield a submission for each mistake of the catalogue."""
    for path in EXAMPLES:
        yield mistaken_case(path, assignment)


def correct(assignment: Assignment) -> Iterator[Case]:
    """Yield every correct solution, including the references."""
    reference = {name: compose("", Path(name).name).encode() for name in (EXERCISE, FOLLOWUPS, PIPELINE)}
    yield Case(name="reference", level="researcher", files=reference)
    for path in STYLES:
        yield Case(name=path.stem, level="mid", files={EXERCISE: path.read_bytes()})
    for path in CORRECT:
        yield correct_case(path, assignment)


def _case(path: Path, criteria: Iterable[str], assignment: Assignment, *, is_whole: bool = False) -> Case:
    """Return the submission for a file, at the first level that has its criteria, with the reference's exercise."""
    found = [_find(criterion, assignment) for criterion in criteria]
    level = max((level for level, _ in found), key=_LEVELS.index)
    own = next((scored.file for _, scored in found if scored and scored.file), EXERCISE)
    content = path.read_bytes()
    if not is_whole:
        content = compose(content.decode(), Path(own).name).encode()
    return Case(name=name_of(path), level=level, files={EXERCISE: compose("").encode(), own: content})


def _find(criterion: str, assignment: Assignment) -> tuple[str, Criterion | None]:
    """Return the first level that has a criterion or bonus, with the criterion; for `any`, the first level and None."""
    for level in _LEVELS:
        rubric = assignment.rubric(level)
        for scored in (*rubric.criterion, *rubric.bonus):
            if scored.id == criterion:
                return level, scored
    return _LEVELS[0], None
