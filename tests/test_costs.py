"""Tests that any submission within the size limit takes bounded time to read, score and show.

The tests measure CPU time of this process and its children, so that load does not affect them. The limits allow several
times the measured values; without the grader's own limits most of these sources take minutes.
"""

import json
import resource
from pathlib import Path

import msgspec
import pytest

from grading.cohort.similarity import groups, similar_pairs
from grading.content.load import Assignment
from grading.content.records import ScoredBy
from grading.handout.templates import starters_of_module
from grading.pipeline.pages import pages
from grading.render.annotations import to_annotations
from grading.run.records import Finding, Outcome, Result, Run
from grading.scoring import score as scoring
from grading.submission import source
from grading.submission.read import MAX_FILE_BYTES, read_submission
from grading.submission.records import Flag, History, Submission

# Measured values: 0.1 to 3 s for one hostile file, 8 s for three.
MOST_SECONDS = 20
MOST_SECONDS_OF_THREE = 40
MOST_BYTES_EACH = 5_000_000
MOST_PAGE_BYTES = 5 << 20
MOST_MEMORY_KIB = 100 << 10


def filled(unit: str, before: str = "", after: str = "\n") -> bytes:
    """Return a source of the largest size that is read: `unit` repeated, between `before` and `after`."""
    room = MAX_FILE_BYTES - len((before + after).encode())
    return (before + unit * (room // len(unit.encode())) + after).encode()


LINE = 398
IN_LOSS = "def make_loss(train_labels):\n    return "
HOSTILE: dict[str, bytes] = {
    "an f-string of many parts": filled("{t}", f"{IN_LOSS}f'", "'\n"),
    "an f-string of many lines": filled("{t}\n", f"{IN_LOSS}f'''", "'''\n"),
    "many f-strings": filled("f'{t}' ", f"{IN_LOSS}(", ")\n"),
    "nested f-strings": filled("f'''{f\"\"\"{f'{t}'}\"\"\"}'''\n"),
    "a name with combining marks": filled("".join(chr(0x300 + n) for n in range(50)), f"{IN_LOSS}a"),
    "a name of ligatures": filled("\ufdfa", IN_LOSS),
    "the name of a module": filled("a.", "import ", "a\n"),
    "attributes": filled(".b", f"{IN_LOSS}a"),
    "calls": filled("()", f"{IN_LOSS}a"),
    "not": filled("not ", IN_LOSS, "1\n"),
    "a minus": filled("-", IN_LOSS, "1\n"),
    "a choice": filled("x if x else ", IN_LOSS, "x\n"),
    "a sum": filled("1+", IN_LOSS, "1\n"),
    "brackets that open": filled("(", IN_LOSS),
    "brackets in brackets": filled("(" * 90 + "1" + ")" * 90 + "\n"),
    "a mistake in brackets": filled("(" * 90 + "a b" + ")" * 90 + "\n"),
    "assignments in brackets": filled("(a:=", IN_LOSS),
    "lambdas": filled("lambda:", IN_LOSS, "1\n"),
    "decorators": filled("@a\n", "", "def make_loss(t):\n    pass\n"),
    "imports": filled("import a\n"),
    "statements": filled("x\n"),
    "statements on a line": filled("x;"),
    "numbers": filled("0,", f"{IN_LOSS}(", ")\n"),
    "a number in base sixteen": filled("f", f"{IN_LOSS}0x"),
    "a number in base ten": filled("9", IN_LOSS),
    "a number with a fraction": filled("9", IN_LOSS, ".5\n"),
    "numbers of 5,000 digits": filled("0x" + "f" * 5000 + "\n"),
    "backslashes": filled("\\", f"{IN_LOSS}'", "'\n"),
    "escapes that are none": filled("'\\q'\n"),
    "continued lines": filled("\\\n", "x = ", "1\n"),
    "names of characters": filled("\\N{CJK UNIFIED IDEOGRAPH-4E00}", f"{IN_LOSS}'", "'\n"),
    "quotes": filled('"""'),
    "a string that does not end": filled("a\n", '"""', ""),
    "blank lines": filled("\n" + " " * 80),
    "blanks": filled(" "),
    "tabs": filled("\t" * LINE + "\n"),
    "form feeds": filled("\f\n"),
    "carriage returns": filled("x\r"),
    "a long line": filled("a", "#"),
    "keys in a format": filled("'" + "{a[" * 130 + "'\n"),
    "digits in a format": filled("'%(a)" + "0" * 390 + "'\n"),
    "tags": filled("<" * LINE + "\n"),
    "keywords": filled("match " * 66 + "\n"),
    "nulls": filled("\0"),
    "a slow codec": filled("a", "# coding: punycode\n" + "a" * 130_000 + "-"),
    "a codec that expands": filled("\\U0001F600", "# coding: unicode_escape\n#"),
    "a cookie without end": filled("a", "# coding: "),
    "cookies": filled("coding ", "#"),
}


@pytest.fixture(scope="module")
def run(assignment: Assignment) -> Run:
    """Return a run with many mistakes, each of which is located in the source."""
    rubric = assignment.rubric("researcher")
    results = [
        Result(
            id=test,
            criterion=criterion.id,
            outcome=Outcome.FAILED,
            title="A test.",
            findings=[Finding(id=id_, criterion=criterion.id) for of, id_ in assignment.mistakes if of == criterion.id],
        )
        for criterion in (*rubric.criterion, *rubric.bonus)
        if criterion.scored_by is ScoredBy.TESTS
        for test in criterion.tests
    ]
    nobody = Submission(
        name="x", commit=None, source="", answers=[], flags=[], history=History(commits=[], minutes=0, outside=[])
    )
    return Run(
        level="researcher",
        seed=0,
        sandbox="none",
        seconds=0.0,
        submission=nobody,
        notes=[Flag(id="note", severity="info", detail="x")],
        results=results,
    )


def used() -> float:
    """Return the CPU seconds of this process and its children, after ending the parser process."""
    source.close()
    times = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(spent.ru_utime + spent.ru_stime for spent in times)


def memory() -> int:
    """Return the peak memory of this process in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.fixture(autouse=True, scope="module")
def _warm_up(assignment: Assignment, run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Load everything that the first grading loads, so that no test measures it."""
    path = tmp_path_factory.mktemp("first") / "exercise.py"
    path.write_bytes(b"x = 1\n")
    read_and_show(path, assignment, run)


def read_and_show(path: Path, assignment: Assignment, run: Run) -> int:
    """Read, score and show a submission as the grader does, except for its calls; return the size of its pages."""
    read = read_submission(path, assignment)
    rubric = assignment.rubric(run.level)
    card = scoring.score(msgspec.structs.replace(run, submission=read.record), rubric, assignment.mistake)
    assert len(card.mistakes) > 20
    written = pages(card, assignment, path.parent)
    to_annotations(card, assignment.manifest.source)
    text = read.record.source
    groups(similar_pairs({"one": text, "two": text, "three": "x = 1\n"}, starters_of_module(assignment)))
    return sum(len(page.encode()) for page in written.values())


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_source_takes_bounded_time_and_memory(case: str, assignment: Assignment, run: Run, tmp_path: Path):
    """Reading, scoring, pages, annotations and comparison of one file take bounded time and memory."""
    path = tmp_path / "exercise.py"
    path.write_bytes(HOSTILE[case])
    assert len(HOSTILE[case]) <= MAX_FILE_BYTES
    time_before, memory_before = used(), memory()

    size = read_and_show(path, assignment, run)

    assert used() - time_before < MOST_SECONDS
    assert memory() - memory_before < MOST_MEMORY_KIB
    assert size < MOST_PAGE_BYTES


def test_a_hostile_submission_takes_bounded_time(assignment: Assignment, run: Run, tmp_path: Path):
    """A submission in which every file is hostile takes bounded CPU time."""
    (tmp_path / "assignment").mkdir()
    for number, name in enumerate((assignment.manifest.source, *assignment.manifest.optional_files)):
        marks = "".join(chr(0x300 + n) for n in range(50))
        (tmp_path / name).write_bytes(filled(marks, f"{IN_LOSS}{'a' * (1 + number)}"))
    (tmp_path / str(assignment.manifest.discussion)).write_bytes(filled("## 1. x\n"))
    before = used()

    read_and_show(tmp_path, assignment, run)

    assert used() - before < MOST_SECONDS_OF_THREE


DISCUSSIONS = {
    "headings": filled("## 1. x\n"),
    "a heading of blanks": filled(" ", "## 1. x", "x\n"),
    "a heading without number": filled(" ", "##"),
    "numbers": filled("1", "## ", ". x\n"),
    "fences": filled("`", "## 1. x\n"),
    "lines": filled("\n", "## 1. x\n"),
    "quotes": filled("> ", "## 1. x\n"),
    "separators": filled("\u2028", "## 1. x\n"),
    "the template": filled("_Your answer:_\n", "## 1. x\n"),
}


@pytest.mark.parametrize("case", DISCUSSIONS)
def test_a_discussion_takes_bounded_time(case: str, assignment: Assignment, run: Run, tmp_path: Path):
    """A hostile discussion is read and shown within the limits on time and on the size of the pages."""
    (tmp_path / "assignment").mkdir()
    (tmp_path / assignment.manifest.source).write_bytes(b"x = 1\n")
    (tmp_path / str(assignment.manifest.discussion)).write_bytes(DISCUSSIONS[case])
    before = used()

    size = read_and_show(tmp_path, assignment, run)

    assert used() - before < MOST_SECONDS
    assert size < MOST_PAGE_BYTES


# One byte in a file that becomes six in the report (escaped in JSON) or on a page (escaped in HTML).
ESCAPED = {"control characters": b"\x01", "Latin-1": b"\xe4", "ampersands": b"&", "quotes": b"'", "line feeds": b"\n"}


@pytest.mark.parametrize("case", ESCAPED)
def test_report_and_pages_of_the_largest_files_are_bounded(case: str, assignment: Assignment, run: Run, tmp_path: Path):
    """The report and each page stay below 5 MB when every file has the largest size and needs the most escaping."""
    (tmp_path / "assignment").mkdir()
    content = ESCAPED[case] * MAX_FILE_BYTES
    for name in (assignment.manifest.source, *assignment.manifest.optional_files):
        cookie = b"# coding: latin-1\n"
        (tmp_path / name).write_bytes(cookie + content[: MAX_FILE_BYTES - len(cookie)])
    heading = b"## 1. x\n"
    (tmp_path / str(assignment.manifest.discussion)).write_bytes(heading + content[: MAX_FILE_BYTES - len(heading)])

    read = read_submission(tmp_path, assignment)
    rubric = assignment.rubric(run.level)
    card = scoring.score(msgspec.structs.replace(run, submission=read.record), rubric, assignment.mistake)
    report = json.dumps(msgspec.to_builtins(read.record))

    assert len(report) < MOST_BYTES_EACH
    for page in pages(card, assignment, tmp_path).values():
        assert len(page.encode()) < MOST_BYTES_EACH
