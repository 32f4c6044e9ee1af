"""Every submission that the catalogue and the collections make, as files: for what grades them all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grading.content.load import ANY, Assignment
from tests.compose import compose

ROOT = Path(__file__).resolve().parent.parent
SUBMISSIONS = ROOT / "tests" / "submissions"
EXERCISE, FOLLOWUPS, PIPELINE = (f"assignment/{name}.py" for name in ("exercise", "followups", "pipeline"))
_LEVELS = {"sampler": "senior", "focal": "researcher", "tracking": "researcher"}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A submission."""

    name: str
    level: str
    files: Mapping[str, bytes]

    def write(self, folder: Path) -> Path:
        """Write it as a checkout and return the folder."""
        for name, content in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder


def catalogue(assignment: Assignment) -> Iterator[Case]:
    """Yield a submission for each mistake of the catalogue."""
    for path in sorted((ROOT / "hidden_tests" / "mistakes").glob("*/*.py")):
        yield case_of(path, assignment)


def case_of(path: Path, assignment: Assignment) -> Case:
    """Return the submission that a file makes, completed from the reference; its folder names its criterion."""
    criterion = path.parent.name
    optional_files = {
        "broken-pipeline": PIPELINE,
        **dict.fromkeys((c.id for c in assignment.rubric("mid").bonus), FOLLOWUPS),
    }
    own = optional_files.get(criterion, EXERCISE)
    files = {own: compose(path.read_text(encoding="utf-8"), Path(own).name).encode()}
    level = "mid" if criterion == ANY else _level_of(criterion, assignment)
    return Case(name=f"{criterion}/{path.stem}", level=level, files=_with_exercise(files))


def correct() -> Iterator[Case]:
    """Yield every right solution of the collections, the references among them."""
    reference = {name: compose("", Path(name).name).encode() for name in (EXERCISE, FOLLOWUPS, PIPELINE)}
    yield Case(name="reference", level="researcher", files=reference)
    for path in sorted((SUBMISSIONS / "correct").glob("*.py")):
        yield Case(name=path.stem, level="mid", files={EXERCISE: path.read_bytes()})
    for path in sorted((SUBMISSIONS / "levels").glob("*/correct/*.py")):
        source = compose(path.read_text(encoding="utf-8")).encode()
        folder = path.parent.parent.name
        yield Case(name=f"{folder}/{path.stem}", level=_LEVELS[folder], files={EXERCISE: source})
    for path in sorted((SUBMISSIONS / "followups").glob("*/correct/*.py")):
        files = _with_exercise({FOLLOWUPS: path.read_bytes()})
        yield Case(name=f"{path.parent.parent.name}/{path.stem}", level="mid", files=files)
    for path in sorted((SUBMISSIONS / "pipeline" / "repairs").glob("*.py")):
        files = _with_exercise({PIPELINE: path.read_bytes()})
        yield Case(name=f"pipeline/{path.stem}", level="researcher", files=files)


def _with_exercise(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    return {EXERCISE: compose("").encode(), **files}


def _level_of(criterion: str, assignment: Assignment) -> str:
    levels = ("mid", "senior", "researcher")
    return next((x for x in levels if criterion in {c.id for c in assignment.rubric(x).criterion}), "mid")
