"""Grades many submissions: results as they come, each written whole, and none graded twice after an interruption.

The work goes to any `concurrent.futures` executor: processes of this machine, or Dask's workers on others. Each worker
process keeps one warm sandbox. What a task returns are the files' texts, so only this process writes.
"""

import csv
import functools
import hashlib
import io
import multiprocessing.util
import secrets
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

import grading
from grading import score as scoring
from grading.cohort_page import cohort_page
from grading.content import FOLDER, Assignment
from grading.errors import GradingError, UsageError
from grading.harness import make_sandbox
from grading.level import level_to_grade
from grading.model import Scorecard, ScoredBy
from grading.pipeline import PAGES, REPORT, pages, run_hidden_tests, write_whole
from grading.render.exports import cell
from grading.report import read_report
from grading.sandbox.calls import Sandbox
from grading.submission import Read, read_submission

STATE, TABLE, PAGE, MARKER = "cohort.json", "cohort.csv", "cohort.html", "graded.json"
# A worker that dies takes down what it was at; that is tried again, but not for ever.
FAILED: Final = "the grader failed"
_ATTEMPTS: Final = 3
# Submissions that wait in an executor, for each of its workers: enough to keep them busy, few enough to stay small.
_AHEAD: Final = 3
_COLUMNS: Final = (
    *("name", "commit", "level", "verdict", "automatic", "automatic_max"),
    *("mistakes", "bonus", "seconds", "problem"),
)


class Row(Struct, forbid_unknown_fields=True):
    """One line of the table."""

    name: str
    key: str  # of what was graded, by what
    level: str
    commit: str = ""
    verdict: str = ""
    automatic: float | None = None
    automatic_max: float | None = None
    mistakes: str = ""
    bonus: float | None = None
    seconds: float | None = None
    problem: str = ""  # why there is no score


class _State(Struct, forbid_unknown_fields=True):
    seed: int


@dataclass(frozen=True, kw_only=True)
class Job:
    """One submission to grade, with all that a worker elsewhere needs to know."""

    name: str
    key: str
    read: Read
    level: str
    seed: int
    grader: str
    figures: bool


@dataclass(frozen=True, kw_only=True)
class Graded:
    """What became of one submission: the files' texts by name, and its line."""

    row: Row
    files: Mapping[str, str]


MakeExecutor = Callable[[], Executor]
Tell = Callable[[Row, int, int], None]


def grade_cohort(
    paths: Sequence[Path],
    *,
    assignment: Assignment,
    level: str,
    out: Path,
    workers: int,
    make_executor: MakeExecutor,
    seed: int | None,
    figures: bool,
    tell: Tell,
) -> list[Row]:
    """Grade submissions and write a folder for each and the table; return the table's lines in the order given.

    Args:
        paths: the submissions.
        assignment: what they answer.
        level: whose rubric counts.
        out: where to; what is there from an earlier run of the same cohort is kept.
        workers: how many tasks run at a time.
        make_executor: makes what runs them; made again when it breaks.
        seed: of all inputs, the same for everybody; None: that of the earlier run, or a new one.
        figures: whether the pages show what each model does, which takes about as long again as the tests.
        tell: is told each line as it comes, with how many are done and how many there are.
    """
    rubric = assignment.rubric(level)
    out.mkdir(parents=True, exist_ok=True)
    seed = _seed(out, seed)
    grader = grader_digest(assignment.root)
    rows: dict[str, Row] = {}
    names = unique_names(paths)

    def add(row: Row) -> None:
        rows[row.name] = row
        tell(row, len(rows), len(names))

    def jobs() -> Iterator[Job]:
        """Read each submission when its turn comes: the first results need not wait for the last reading."""
        for name, path in names.items():
            try:
                level_to_grade(path, assignment, level)
                read = read_submission(path, assignment)
            except UsageError as error:
                add(Row(name=name, key="", level=level, problem=str(error)))
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are to be graded
                add(_failed_row(name, level, error))
                continue
            key = _digest([grader, level, str(seed), str(figures), read.submission.commit or ""], read.code.files)
            known = _marker(out / name, key)
            if known is not None:
                add(known)
            else:
                yield Job(name=name, key=key, read=read, level=level, seed=seed, grader=grader, figures=figures)

    try:
        for graded in _run(jobs(), make_executor, workers * _AHEAD):
            _write(out / graded.row.name, graded)
            add(graded.row)
    finally:
        ordered = [rows[name] for name in names if name in rows]
        write_whole({out / TABLE: to_table(ordered)})
    page = cohort_page(((row.name, row.problem) for row in ordered), assignment, rubric, out)
    write_whole({out / PAGE: page})
    return ordered


def grade_job(job: Job) -> Graded:
    """Grade one submission in this process's warm sandbox: what runs on a worker."""
    root = Path(grading.__file__).resolve().parent.parent
    if grader_digest(root) != job.grader:
        raise GradingError(f"{root}: is another version of the grader than the one that asks; update this worker")
    with _ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="grading-") as scratch:
        assignment = _assignment(root)
        sandbox = _sandbox(assignment, job.read.preload)
        rubric = assignment.rubric(job.level)
        report = Path(scratch) / REPORT
        run_hidden_tests(
            job.read,
            assignment=assignment,
            rubric=rubric,
            sandbox=sandbox,
            seed=job.seed,
            report=report,
            quiet=True,
            show=job.figures,
        )
        card = scoring.score(read_report(report), rubric, assignment.mistake)
        files = {path.name: text for path, text in pages(card, assignment, Path(scratch)).items()}
        files[REPORT] = report.read_text(encoding="utf-8")
    return Graded(row=_row(job, card), files=files)


# pytest and the sandbox's worker serve one submission at a time; Dask may give a process several threads.
_ONE_AT_A_TIME = threading.Lock()


_assignment = functools.cache(Assignment)
_WARM: dict[frozenset[str], Sandbox] = {}


def _sandbox(assignment: Assignment, preload: Iterable[str]) -> Sandbox:
    """Return this process's warm sandbox, a new one if this submission needs modules that it has not imported."""
    for modules, sandbox in _WARM.items():
        if modules.issuperset(preload):
            return sandbox
    modules = frozenset().union(preload, *_WARM)
    while _WARM:
        _WARM.popitem()[1].close()
    sandbox = _WARM[modules] = make_sandbox(assignment, preload=tuple(sorted(modules)), protected=True, lasting=True)
    # Executors end their processes without what `atexit` is told.
    multiprocessing.util.Finalize(None, sandbox.close, exitpriority=1)
    return sandbox


def _run(jobs: Iterator[Job], make_executor: MakeExecutor, ahead: int) -> Iterator[Graded]:
    """Yield results as they come. A broken executor is made anew, for what it had not done."""
    attempts: Counter[str] = Counter()
    again: list[Job] = []
    job = next(jobs, None)
    while job is not None:
        with make_executor() as executor:
            running: dict[Future[Graded], Job] = {}
            broken = False
            while (job is not None and not broken) or running:
                while job is not None and not broken and len(running) < ahead:
                    try:
                        running[executor.submit(grade_job, job)] = job
                    except BrokenExecutor:
                        broken = True  # it broke while nothing of it was waited for: this job is not to blame
                    else:
                        job = again.pop() if again else next(jobs, None)
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    ended = running.pop(future)
                    try:
                        yield future.result()
                    except BrokenExecutor as lost:
                        broken = True
                        attempts[ended.name] += 1
                        if attempts[ended.name] < _ATTEMPTS:
                            again.append(ended)
                        else:
                            yield _failed(ended, lost)
                    except Exception as error:  # noqa: BLE001 - one bad submission must not stop the rest
                        yield _failed(ended, error)
        if job is None and again:
            job = again.pop()


def _failed(job: Job, error: BaseException) -> Graded:
    return Graded(row=_failed_row(job.name, job.level, error), files={})


def _failed_row(name: str, level: str, error: BaseException) -> Row:
    problem = f"{FAILED}: {type(error).__name__}: {' '.join(str(error).split())}"[:300]
    return Row(name=name, key="", level=level, problem=problem)


def _row(job: Job, card: Scorecard) -> Row:
    return Row(
        name=job.name,
        key=job.key,
        level=job.level,
        commit=card.run.submission.commit or "",
        verdict=card.verdict.value,
        automatic=float(card.points(ScoredBy.TESTS) or 0.0),
        automatic_max=card.maximum(ScoredBy.TESTS),
        mistakes=" ".join(f"{found.criterion}:{found.mistake.id}" for found in card.mistakes),
        bonus=sum(criterion.points or 0.0 for criterion in card.bonus),
        seconds=card.run.seconds,
    )


def _write(folder: Path, graded: Graded) -> None:
    """Write the pages, and last the marker that says they are whole."""
    folder.mkdir(exist_ok=True)
    (folder / MARKER).unlink(missing_ok=True)
    if graded.row.problem:
        for name in (REPORT, *PAGES):
            (folder / name).unlink(missing_ok=True)
        return
    write_whole({folder / name: text for name, text in graded.files.items()})
    write_whole({folder / MARKER: msgspec.json.encode(graded.row).decode()})


def _marker(folder: Path, key: str) -> Row | None:
    """Return the line of a submission that is graded already, by this grader and as it now is."""
    try:
        row = msgspec.json.decode((folder / MARKER).read_bytes(), type=Row)
    except (OSError, msgspec.DecodeError):
        return None
    whole = all((folder / name).is_file() for name in (REPORT, *PAGES))
    return row if row.key == key and whole else None


def _seed(out: Path, wanted: int | None) -> int:
    path = out / STATE
    if wanted is None and path.is_file():
        try:
            return msgspec.json.decode(path.read_bytes(), type=_State).seed
        except msgspec.DecodeError as error:
            raise UsageError(f"{path}: is not what an earlier run wrote: {error}; give another --out") from None
    seed = secrets.randbits(32) if wanted is None else wanted
    write_whole({path: msgspec.json.encode(_State(seed=seed)).decode()})
    return seed


def to_table(rows: Iterable[Row]) -> str:
    """Return the lines as CSV, for spreadsheets: a text that one would take for a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        values = (getattr(row, column) for column in _COLUMNS)
        writer.writerow(map(cell, values))
    return text.getvalue()


def unique_names(paths: Sequence[Path]) -> dict[str, Path]:
    """Return a name for each submission that can be a folder's, and that no other has."""
    found: dict[str, Path] = {}
    for path in paths:
        plain = path.absolute()
        stem = plain.stem if plain.suffix == ".py" else plain.name
        # exercise.py says nothing: its folder may.
        base = plain.parent.name if stem in ("exercise", "assignment") and plain.parent.name else stem
        name, number = base or "submission", 1
        while name in found:
            number += 1
            name = f"{base}-{number}"
        found[name] = path
    return found


@functools.cache
def grader_digest(root: Path) -> str:
    """Return what tells this version of grader and assignment from every other."""
    files: dict[str, bytes] = {}
    for folder in ("grading", FOLDER, "assignment"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in (".py", ".toml", ".md"):
                files[path.relative_to(root).as_posix()] = path.read_bytes()
    return _digest([], files)


def _digest(words: Iterable[str], files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for word in words:
        digest.update(word.encode() + b"\0")
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + str(len(content)).encode() + b"\0" + content)
    return digest.hexdigest()
