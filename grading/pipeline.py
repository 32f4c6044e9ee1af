"""Grades one submission: reads it, runs the hidden tests on it, scores the report and writes the pages.

Every file is written whole or not at all, and none before there is a score to write.
"""

import contextlib
import errno
import importlib
import io
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

import grading.harness
from grading import score as scoring
from grading.content import FOLDER, Assignment
from grading.errors import ContentError, GradingError, UsageError, reason
from grading.harness import Harness, Progress, report_arguments
from grading.model import Figure, Review, Rubric, Run, Scorecard, ScoredBy
from grading.publish import solution
from grading.render import to_candidates_json, to_feedback, to_json, to_summary
from grading.render.html.summary import to_html
from grading.report import read_report
from grading.review import read_review, sheet_name
from grading.sandbox.calls import Sandbox
from grading.submission import Read
from grading.version import this_grader

REPORT = "report.json"
# Of pytest's own: what the hidden tests have no use for. Without them a run takes 0.06 s less, measured.
_UNUSED_PLUGINS = (
    *("doctest", "unittest", "logging", "tmpdir", "monkeypatch", "recwarn", "warnings", "pastebin", "junitxml"),
    *("faulthandler", "stepwise", "setuponly", "setupplan", "threadexception", "unraisableexception"),
)
_TEXTS = {"grade.json": to_json, "summary.md": to_summary, "feedback.md": to_feedback}
_CANDIDATES_TEXTS = {"grade.json": to_candidates_json, "feedback.md": to_feedback}
_PAGE = "summary.html"
PAGES = (*_TEXTS, _PAGE)
# Everything that a grade writes.
FILES = (REPORT, *PAGES)


def grade(
    read: Read,
    *,
    assignment: Assignment,
    rubric: Rubric,
    sandbox: Sandbox,
    seed: int,
    out: Path,
    review: Review | None,
    feedback_only: bool = False,
) -> Scorecard:
    """Grade a submission and write report and pages into `out`; with `feedback_only`, what its candidate may read."""
    prepare_folder(out, FILES)
    with tempfile.TemporaryDirectory(prefix="grading-") as scratch:
        report = Path(scratch) / REPORT
        run_hidden_tests(
            read,
            assignment=assignment,
            rubric=rubric,
            sandbox=sandbox,
            seed=seed,
            report=report,
            show=not feedback_only,
        )
        card = scoring.score(read_report(report), rubric, assignment.mistake, review)
        if feedback_only:
            write_whole({out / name: render(card, ()) for name, render in _CANDIDATES_TEXTS.items()})
        else:
            write_whole({out / REPORT: report.read_text(encoding="utf-8"), **pages(card, assignment, out)})
    return card


def rescore(
    report: Path,
    *,
    assignment: Assignment,
    level: str | None,
    out: Path,
    review: Path | None,
    for_anyone: bool = False,
) -> Scorecard:
    """Score an old report by today's rubric and write the pages again, without running anything.

    The grade names the grader that scored it; the report still names the one that ran the tests.
    """
    run: Run = msgspec.structs.replace(read_report(report), grader=this_grader(assignment.root))
    rubric = assignment.rubric(level or run.level)
    _expect_run_at(run, rubric, report)
    filled_in = None
    if review is not None:
        filled_in = read_review(review, rubric, of=None if for_anyone else run.submission.name)
    card = scoring.score(run, rubric, assignment.mistake, filled_in)
    prepare_folder(out, PAGES)
    write_whole(pages(card, assignment, out))
    return card


def _expect_run_at(run: Run, rubric: Rubric, report: Path) -> None:
    """Refuse to score a report at a level with criteria that its run did not test: nobody failed those."""
    tested = {result.criterion for result in run.results}
    missing = [c.id for c in rubric.criterion if c.scored_by is ScoredBy.TESTS and c.id not in tested]
    if rubric.level != run.level and missing:
        raise UsageError(
            f"--level {rubric.level}: {report} is of level {run.level}, and has no test of {', '.join(missing)}: "
            f"leave out --level, or grade again with --level {rubric.level}"
        )


def run_hidden_tests(
    read: Read,
    *,
    assignment: Assignment,
    rubric: Rubric,
    sandbox: Sandbox,
    seed: int,
    report: Path,
    quiet: bool = False,
    show: bool = False,
) -> None:
    """Run the hidden tests of a level on a submission and write pytest's report; raise if there is none to trust.

    With `show`, what the assignment's figures are drawn from is observed as well.
    """
    import pytest_jsonreport.plugin  # missing where rooms are answered and nothing is graded

    harness = Harness(assignment, rubric, read, sandbox, seed, show=show)
    arguments = [
        str(assignment.root / FOLDER),
        *("-c", os.devnull, "--rootdir", str(assignment.root), "--confcutdir", str(assignment.root / FOLDER)),
        # Plain assertions: pytest's own would compare and print whatever the candidate's code returned.
        *("-p", "no:cacheprovider", "--tb=short", "--assert=plain", "-q", "--import-mode=importlib"),
        *(f"-pno:{plugin}" for plugin in _UNUSED_PLUGINS),
        *report_arguments(report),
    ]
    # As modules: for a name, pytest looks through every package that is installed.
    plugins: list[object] = [grading.harness, pytest_jsonreport.plugin, harness]
    if not quiet:
        plugins.append(Progress(sys.stderr))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), _without_plugin_autoload():
        status = pytest.main(arguments, plugins=plugins)
    if harness.problem is not None:
        raise harness.problem
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not report.is_file():
        said = printed.getvalue().strip().splitlines()
        raise ContentError(f"{assignment.folder}: the hidden tests did not run: {said[-1] if said else status}")


@contextlib.contextmanager
def _without_plugin_autoload() -> Iterator[None]:
    """Keep pytest to the plugins named: others that happen to be installed cost time and may change a run."""
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        else:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = before


def pages(card: Scorecard, assignment: Assignment, out: Path) -> Mapping[Path, str]:
    """Return every page of a scorecard by the path it goes to."""
    level = card.rubric.level
    questions = assignment.questions(level)
    texts = {out / name: render(card, questions) for name, render in _TEXTS.items()}
    references = {assignment.manifest.source: solution(assignment, level)} | {
        name: (assignment.root / path).read_text(encoding="utf-8")
        for name, path in assignment.manifest.further.items()
        if name in card.run.submission.further
    }
    figures, problem = _figures(card, assignment)
    sheet = sheet_name(card.run.submission.name)
    return texts | {out / _PAGE: to_html(card, questions, references, figures, problem, sheet=sheet)}


def _figures(card: Scorecard, assignment: Assignment) -> tuple[list[Figure], str]:
    """Return the figures, or why there are none."""
    module, shown = assignment.manifest.figures, card.run.shown
    if module is None or not shown:
        return [], "it was not asked for"
    if "problem" in shown:
        return [], str(shown["problem"])
    try:
        return importlib.import_module(module).draw(shown), ""
    except Exception as error:  # noqa: BLE001 - a score must not be lost to a drawing
        return [], f"it could not be drawn ({type(error).__name__})"


def prepare_folder(out: Path, names: Iterable[str]) -> None:
    """Make the output folder, and take away what an earlier run left there: an old score must not pass for this one."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not os.access(out, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        for name in names:
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written to: {reason(error)}; give another --out") from None


def write_whole(files: Mapping[Path, str]) -> None:
    """Write files so that all of them are there, each whole, or none: first under other names, then renamed."""
    scratch = {path: path.with_name(f".{path.name}.partial") for path in files}
    renamed: list[Path] = []
    path = Path()
    try:
        for path, text in files.items():
            scratch[path].write_text(text, encoding="utf-8")
        for path in files:
            scratch[path].replace(path)
            renamed.append(path)
    except BaseException as error:
        for left in (*scratch.values(), *renamed):
            left.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise GradingError(f"{path}: cannot be written: {reason(error)}") from None
        raise
