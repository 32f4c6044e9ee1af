"""Grades a cohort: writes each result as it arrives, atomically, and skips submissions that have not changed."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from grading.cohort.names import unique_names
from grading.cohort.page import cohort_page
from grading.cohort.retry import RetryAlone, Workers
from grading.cohort.table import Row, failed_row, to_table, unreadable_row
from grading.cohort.worker import Graded, Job, grade_job
from grading.content.load import Assignment
from grading.content.records import Grader
from grading.content.version import this_grader
from grading.errors import GradingError, UsageError
from grading.files import prepare_output, write_atomically
from grading.pipeline.pages import FILES
from grading.run.seed import new_seed
from grading.submission.level import level_to_grade
from grading.submission.read import LoadedSubmission, read_submission

STATE, TABLE, PAGE, MARKER = "cohort.json", "cohort.csv", "cohort.html", "graded.json"


class _State(Struct, forbid_unknown_fields=True):
    seed: int


# Receives a row of the table, the number of results so far and the total.
OnResult = Callable[[Row, int, int], None]


def grade_cohort(
    paths: Sequence[Path],
    *,
    assignment: Assignment,
    level: str,
    out: Path,
    workers: Workers,
    seed: int | None,
    figures: bool,
    on_result: OnResult,
) -> list[Row]:
    """Grade submissions; write a folder for each, the table and the page. Return the rows, ordered like `paths`.

    Args:
        paths: the submissions.
        assignment: the assignment that they answer.
        level: the rubric to grade with.
        out: where to write; results of an earlier run are kept if grading again would give the same.
        workers: the workers to grade on.
        seed: random seed, the same for all submissions; None: the earlier run's seed, or a new one.
        figures: whether the pages show figures of each model, which takes about as long as the tests.
        on_result: called with each row when it is ready.

    Raises:
        UsageError: an argument is invalid; nothing was graded.
        GradingError: no worker starts, or the table cannot be written.
    """
    rubric = assignment.rubric(level)
    names = unique_names(paths, reserved=(STATE, TABLE, PAGE), source=assignment.manifest.source)
    _check_output_apart(out, names)
    seed = _seed(out, seed)
    grader = this_grader(assignment.root)
    rows: dict[str, Row] = {}

    def add(row: Row) -> None:
        rows[row.name] = row
        on_result(row, len(rows), len(names))

    def jobs() -> Iterator[Job]:
        """Read each submission when a worker is free, so that the first results do not wait for all reading."""
        for name, path in names.items():
            try:
                level_to_grade(path, assignment, level)
                submission = read_submission(path, assignment)
                key = _key(submission, name=name, level=level, seed=seed, figures=figures, grader=grader)
            except UsageError as error:
                add(_without_score(out / name, unreadable_row(name, level, error)))
            except Exception as error:  # noqa: BLE001 - the other submissions are graded in any case
                add(_without_score(out / name, failed_row(name, level, error)))
            else:
                known = _marker(out / name, key)
                if known is not None:
                    add(known)
                else:
                    yield Job(
                        name=name,
                        key=key,
                        submission=submission,
                        level=level,
                        seed=seed,
                        grader=grader,
                        figures=figures,
                    )

    try:
        with contextlib.closing(RetryAlone(grade_job, workers).run(jobs())) as results:
            for job, result in results:
                if isinstance(result, Exception):
                    add(_without_score(out / job.name, failed_row(job.name, level, result)))
                else:
                    add(_write(out / job.name, result))
    finally:
        ordered = [rows[name] for name in names if name in rows]
        write_atomically({out / TABLE: to_table(ordered)})
    page = cohort_page(((row.name, row.problem) for row in ordered), assignment, rubric, out)
    write_atomically({out / PAGE: page})
    return ordered


def _check_output_apart(out: Path, names: Mapping[str, Path]) -> None:
    """Raise if results would be written into a submission."""
    folders = {os.path.realpath(out / name) for name in names}
    for path in names.values():
        real = Path(os.path.realpath(path))
        if not folders.isdisjoint(map(str, (real, *real.parents))):
            raise UsageError(f"cohort: --out {out}: results would be written into the submission {path}; use another")


def _key(submission: LoadedSubmission, *, name: str, level: str, seed: int, figures: bool, grader: Grader) -> str:
    """Return a digest of everything that a submission's pages depend on.

    If any of it changes, the submission is graded again, even if writing the pages again would be enough: a grade
    takes a fraction of a second, and one rule is simpler.
    """
    files = {file: hashlib.sha256(content).hexdigest() for file, content in sorted(submission.code.files.items())}
    parts = [name, level, seed, figures, grader, submission.record, submission.preload, submission.code.module, files]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def _write(folder: Path, graded: Graded) -> Row:
    """Write the pages, and last the marker that they are complete; return the row, with a problem if writing failed."""
    try:
        folder.mkdir(exist_ok=True)
        (folder / MARKER).unlink(missing_ok=True)
        write_atomically({folder / name: text for name, text in graded.files.items()})
        write_atomically({folder / MARKER: msgspec.json.encode(graded.row).decode()})
    except (OSError, GradingError) as error:
        return _without_score(folder, failed_row(graded.row.name, graded.row.level, error))
    return graded.row


def _without_score(folder: Path, row: Row) -> Row:
    """Remove an earlier run's pages of a submission that has no score now; return its row."""
    for name in (MARKER, *FILES):
        # If removing fails, the table and the page still show that there is no score.
        with contextlib.suppress(OSError):
            (folder / name).unlink(missing_ok=True)
    return row


def _marker(folder: Path, key: str) -> Row | None:
    """Return the row of a submission that this grader has already graded in its current state."""
    try:
        row = msgspec.json.decode((folder / MARKER).read_bytes(), type=Row)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    whole = all((folder / name).is_file() for name in FILES)
    return row if row.key == key and whole else None


def _seed(out: Path, wanted: int | None) -> int:
    """Create the output folder, and return the seed of this run and of runs that resume it."""
    prepare_output(out, ())
    path = out / STATE
    if wanted is None and path.is_file():
        try:
            return msgspec.json.decode(path.read_bytes(), type=_State).seed
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: was not written by an earlier run: {error}; use another --out") from None
    seed = new_seed() if wanted is None else wanted
    write_atomically({path: msgspec.json.encode(_State(seed=seed)).decode()})
    return seed
