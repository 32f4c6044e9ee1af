"""Tests of the command line: exit statuses, one-line errors, and output files that are complete or missing."""

import ast
import json
import os
import pty
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
import typer

from grading.cli import app, main
from grading.content.load import Assignment
from grading.errors import SandboxError
from tests.command_line import cold, grading
from tests.conftest import REFERENCE, ROOT
from tests.warm_python import python


@pytest.fixture(autouse=True)
def _shared_sandbox(shared_sandbox: None) -> None:
    """Make commands of this process use the session's sandbox."""


def test_the_reference_gets_85_of_85(tmp_path: Path):
    """Grading ends with status 0 and writes every file, also when it is started in another folder."""
    done = cold("grade", REFERENCE, "--out", tmp_path / "out", cwd=tmp_path, PYTHONPATH=str(ROOT))

    assert (done.returncode, done.stderr) == (0, "")
    assert "85 of 85 automatic points: pass" in done.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("feedback.md", "grade.json", "report.json", "summary.html", "summary.md")
    ]


def test_the_untouched_starter_gets_nothing(tmp_path: Path):
    """The untouched starter gets 0 points and three times `not-implemented`, and grading ends with status 0."""
    done = grading("grade", ROOT / "assignment", "--out", tmp_path)

    grade = json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert grade["score"]["automatic"] == 0
    assert [mistake["id"] for mistake in grade["mistakes"]] == ["not-implemented"] * 3
    assert grade["verdict"] == "fail"


def test_the_same_seed_gives_the_same_grade(tmp_path: Path):
    """Two runs with the same seed give the same grade.json, except for the seconds."""
    grades = []
    for name in ("a", "b"):
        grading("grade", REFERENCE, "--out", tmp_path / name, "--seed", 7)
        grade = json.loads((tmp_path / name / "grade.json").read_text(encoding="utf-8"))
        grade.pop("seconds")
        grades.append(json.dumps(grade))

    assert grades[0] == grades[1]


def test_an_old_report_is_scored_again_with_a_review(tmp_path: Path):
    """`score` runs no code; a completed review sheet finalises the verdict."""
    grading("grade", REFERENCE, "--out", tmp_path)
    sheet = tmp_path / "review.toml"
    assert grading("review", REFERENCE, "--out", sheet).returncode == 0
    text = sheet.read_text(encoding="utf-8").replace('reviewer = ""', 'reviewer = "Rosa"')
    sheet.write_text(text.replace("# points = 0 ", "points = 4 "), encoding="utf-8")

    done = grading("score", tmp_path / "report.json", "--review", sheet)

    grade = json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert (grade["score"]["reviewer"], grade["score"]["total"], grade["verdict"]) == (8, 93, "pass")
    assert "93 of 100: this passes" in (tmp_path / "feedback.md").read_text(encoding="utf-8")
    assert grading("score", tmp_path / "report.json").returncode == 0, "the report is still there"
    assert json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))["score"]["total"] is None
    assert grading("review", sheet).stdout == f"{sheet}: filled in by Rosa\n"


@pytest.fixture
def sheet_of_another_candidate(tmp_path: Path) -> Path:
    """Write a review sheet that names another submission than the reference."""
    sheet = tmp_path / "review.toml"
    sheet.write_text('submission = "somebody"\nlevel = "mid"\nreviewer = "Rosa"\ncriterion = []\n', encoding="utf-8")
    return sheet


def test_a_sheet_of_another_candidate_is_refused(sheet_of_another_candidate: Path, tmp_path: Path):
    """`grade` and `score` refuse the sheet of another candidate with status 2 and one line that contains both names."""
    out = tmp_path / "out"
    graded = grading("grade", REFERENCE, "--out", out)
    assert graded.returncode == 0
    before = (out / "grade.json").read_text(encoding="utf-8")

    for command in (("grade", REFERENCE, "--out", tmp_path / "new"), ("score", out / "report.json")):
        done = grading(*command, "--review", sheet_of_another_candidate)

        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "'somebody'" in done.stderr and "'reference'" in done.stderr and "--for-anyone" in done.stderr
    assert not (tmp_path / "new").exists()
    assert (out / "grade.json").read_text(encoding="utf-8") == before


def test_a_sheet_for_anyone_counts_and_is_flagged(sheet_of_another_candidate: Path, tmp_path: Path):
    """With `--for-anyone`, a sheet with another name, such as that of an interview, counts and is flagged."""
    out = tmp_path / "out"

    done = grading("grade", REFERENCE, "--out", out, "--review", sheet_of_another_candidate, "--for-anyone")

    assert done.returncode == 0, done.stderr
    grade = json.loads((out / "grade.json").read_text(encoding="utf-8"))
    assert "review-of-another" in [flag["id"] for flag in grade["flags"]]


@pytest.mark.parametrize(
    ("name", "sheet"),
    [
        ("ada lovelace.py", "review-ada-lovelace.toml"),
        ("ada; rm *.py", "review-ada-rm.toml"),
        ("Zoë.py", "review-Zoë.toml"),
        ("ada/exercise.py", "review-ada.toml"),
    ],
)
def test_a_sheet_is_named_after_the_candidate(name: str, sheet: str, tmp_path: Path):
    """The name of a sheet contains the candidate's name, and needs no quotes in a shell."""
    submission = tmp_path / name
    submission.parent.mkdir(exist_ok=True)
    submission.write_bytes(REFERENCE.read_bytes())

    done = grading("review", submission, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "build" / sheet).is_file()
    command = shlex.join(["python", "-m", "grading", "grade", str(submission), "--review", f"build/{sheet}"])
    assert done.stdout == f"build/{sheet}: fill it in, then: {command}\n"


def test_a_sheet_is_not_overwritten(tmp_path: Path):
    """`review` does not overwrite an existing sheet without `--force`."""
    sheet = tmp_path / "review.toml"
    sheet.write_text("mine", encoding="utf-8")

    done = grading("review", REFERENCE, "--out", sheet)

    assert done.returncode == 2
    assert "--force" in done.stderr
    assert sheet.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("grade", "nowhere"), "nowhere"),
        (("grade", "docs"), "assignment/exercise.py"),
        (("grade", "/dev/zero"), "is not a regular file"),
        (("grade", "README.md"), "is not a Python file"),
        (("grade", "tests/submissions/styles"), "to grade each .py file"),
        (("grade", REFERENCE, "--review", "nowhere.toml"), "nowhere.toml"),
        (("grade", REFERENCE, "--out", "README.md/x"), "README.md/x"),
        (("score", "nowhere.json"), "nowhere.json"),
        (("score", "pyproject.toml"), "pyproject.toml"),
        (("review", "nowhere.toml"), "nowhere.toml"),
        (("review", REFERENCE, "--out", "docs"), "--out must name a file"),
        (("export", "nowhere.json", "--format", "csv"), "nowhere.json"),
        (("grade", REFERENCE, "--seed", "-1"), "--seed: must be a whole number from 0 to 4294967295, got '-1'"),
        (("grade", REFERENCE, "--seed", 2**32), "--seed: must be a whole number from 0 to 4294967295"),
        (("grade", REFERENCE, "--seed", "x"), "--seed: must be a whole number"),
        (("cohort", REFERENCE, "--seed", "-1"), "cohort: --seed: must be a whole number"),
        (
            ("grade", REFERENCE, "--level", "expert"),
            "grade: --level: 'expert' has no rubric; levels with a rubric: junior, mid, researcher, senior\n",
        ),
        (("interview", "--key", "--level", "expert"), "interview: --level: 'expert' has no rubric"),
        ((), "grading: missing command; see 'grading --help'\n"),
        (("grade",), "grading: grade: missing argument 'SUBMISSION'; see 'grading grade --help'\n"),
        (
            ("grade", REFERENCE, "extra"),
            "grade: got unexpected extra argument(s) (extra); see 'grading grade --help'\n",
        ),
        (("grade", REFERENCE, "--sed", "3"), "grade: no such option: --sed (Possible options: --seed); see"),
        (("grade", REFERENCE, "--seed"), "grade: option '--seed' requires an argument; see 'grading grade --help'\n"),
        (("gradee", REFERENCE), "grading: no such command 'gradee'; did you mean 'grade'?\n"),
        (("export", REFERENCE), "export: missing option '--format'. Choose from: gradescope, junit, csv; see"),
        (
            ("export", REFERENCE, "--format", "pdf"),
            "export: --format: 'pdf' is not one of 'gradescope', 'junit', 'csv'\n",
        ),
        (("cohort", REFERENCE, "--jobs", "0"), "cohort: --jobs: must be a whole number of at least 1, got '0'\n"),
        (("publish",), "publish: give either DIR, the directory to write, or --in-place\n"),
        (("publish", "build/room", "--in-place"), "publish: give either DIR, the directory to write, or --in-place\n"),
        (("interview",), "missing NAME"),
        (("interview", "../ada"), "invalid NAME '../ada'"),
        (("interview", "ada\n"), "invalid NAME"),
        (("interview", "ada", "--interviewer", " "), "--interviewer is empty"),
        (("room", "estimate", "0"), "room estimate: CANDIDATES: must be a whole number of at least 1, got '0'\n"),
        (("room", "create", "a.csv", "--owner", "a"), "room create: missing option '--grader'; see"),
        (("room", "estimate", "--price", "nan"), "must be a number of at least 0, got 'nan'"),
        (("room", "close", "nowhere.csv", "--owner", "a"), "nowhere.csv: cannot be read: no such file"),
        (("publish", "README.md"), "README.md: cannot be written to"),
    ],
)
def test_invalid_arguments_are_reported_in_one_line(
    arguments: tuple[object, ...], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """Invalid arguments end the command with status 2, one line on standard error, and no output."""
    monkeypatch.chdir(ROOT)

    status = main(list(map(str, arguments)))

    printed = capsys.readouterr()
    assert (status, printed.out) == (2, "")
    assert printed.err.startswith("grading: ")
    assert printed.err.count("\n") == 1
    assert says in printed.err


def test_invalid_arguments_are_refused_before_the_sandbox_starts(
    sheet_of_another_candidate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Invalid arguments are refused before the sandbox starts, so they cost no time and leave no process."""

    def start(*_: object, **__: object) -> NoReturn:
        raise SandboxError("started")

    monkeypatch.setattr("grading.sandbox.start.Bubblewrap", start)
    assert grading("grade", REFERENCE, "--out", tmp_path / "out").stderr == "grading: started\n"

    for options in (
        ("--out", ROOT / "README.md"),
        ("--review", sheet_of_another_candidate),
        ("--review", "nowhere.toml"),
    ):
        assert grading("grade", REFERENCE, *options).returncode == 2


def test_a_full_disk_leaves_no_score(tmp_path: Path):
    """If a page cannot be written, grading ends with status 3 and leaves neither a report nor a grade."""
    for page in ("grade.json", "summary.md", "summary.html"):
        out = tmp_path / page
        out.mkdir()
        (out / f".{page}.partial").symlink_to("/dev/full")

        done = grading("grade", REFERENCE, "--out", out)

        assert (done.returncode, done.stdout) == (3, "")
        assert f"{page}: cannot be written: no space left on device" in done.stderr
        assert list(out.iterdir()) == []


@pytest.mark.parametrize("cut", [0, 100, 2000])
def test_a_truncated_report_is_refused(cut: int, tmp_path: Path):
    """`score` refuses a truncated report and writes no grade."""
    grading("grade", REFERENCE, "--out", tmp_path)
    report = tmp_path / "report.json"
    report.write_bytes(report.read_bytes()[:cut])
    (tmp_path / "grade.json").unlink()

    done = grading("score", report)

    assert done.returncode == 2
    assert "report.json" in done.stderr
    assert not (tmp_path / "grade.json").exists()


def test_without_isolation_there_is_no_score(tmp_path: Path):
    """If bubblewrap does not work, grading ends with status 3 and a fix, and removes the old score."""
    broken = tmp_path / "bin" / "bwrap"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    out = tmp_path / "out"
    grading("grade", REFERENCE, "--out", out)

    done = cold("grade", REFERENCE, "--out", out, PATH=f"{broken.parent}{os.pathsep}{os.environ['PATH']}")

    assert done.returncode == 3
    assert "Permission denied" in done.stderr
    assert "apparmor_restrict_unprivileged_userns" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (out / "grade.json").exists()


def test_running_without_a_sandbox_is_reported(tmp_path: Path):
    """Grading without a sandbox is reported on standard error, in the summary and in the report."""
    done = python("-m", "grading", "grade", REFERENCE, "--out", tmp_path, "--no-sandbox")

    assert done.returncode == 0
    assert "NO SANDBOX" in done.stderr
    assert "NO SANDBOX" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["grading"]["sandbox"] == "none"


# The names that other programs use: arguments in their order, then options.
NAMES = {
    "grade": "SUBMISSION --level --review --for-anyone --out --seed --no-sandbox --origin --annotate --feedback-only",
    "score": "REPORT --level --review --for-anyone --out",
    "review": "SUBMISSION --level --out --force",
    "cohort": "SUBMISSION --level --out --jobs --scheduler --seed --figures",
    "export": "GRADE --format --out",
    "publish": "DIR --level --torch-index --in-place",
    "interview": "NAME --key --interviewer --level --submission --out",
    "room create": "CSV --owner --grader --level --torch-index --renew-secret --dry-run",
    "room close": "CSV --owner --dry-run",
    "room fetch": "--owner --room --pull-request --sha --out",
    "room answer": "--owner --room --pull-request --sha --report --problem --out",
    "room sweep": "--owner --grader",
    "room estimate": "CANDIDATES --pushes --days --price --included --jobs",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_command_has_the_arguments_that_other_programs_use(name: str):
    """Each command has exactly these arguments and options, which other programs use."""
    command: Any = typer.main.get_command(app)
    for word in name.split():
        command = command.commands[word]

    assert [p.metavar if p.param_type_name == "argument" else p.opts[0] for p in command.params] == NAMES[name].split()


@pytest.mark.parametrize("command", ["", *(name for name in NAMES if not name.startswith("room"))])
def test_help_shows_an_example_and_exit_statuses(command: str, capsys: pytest.CaptureFixture[str]):
    """The help of a command shows an example and the meaning of each exit status."""
    assert main([*command.split(), "--help"]) == 0

    text = capsys.readouterr().out
    assert f": grading {command or 'grade'} " in text
    assert "Exit status:\n" in text
    assert "    3  the grader itself failed, or was interrupted: there is no score\n" in text


def test_a_shell_completes_commands_options_and_levels():
    """Shell completion offers the commands, options and levels that would be accepted."""
    for words, expected in (
        ("grading co", ["cohort"]),
        ("grading grade --fe", ["--feedback-only"]),
        ("grading grade --level ", ["junior", "mid", "researcher", "senior"]),
    ):
        position = str(words.count(" "))
        done = cold(_GRADING_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=position)

        assert (done.returncode, done.stdout.split()) == (0, expected), done.stderr


def test_help_rooms_and_interviews_need_no_heavy_packages(tmp_path: Path):
    """Help, interviews and rooms import neither torch nor pytest, which the jobs that host rooms do not install."""
    (tmp_path / "candidates.csv").write_text("id,login\nada,ada-l\n", encoding="utf-8")
    push = "--owner acme --room room-ada --pull-request 1 --sha abc"
    commands = {
        "--help": 0,
        "interview --key": 0,
        "room --help": 0,
        "room estimate": 0,
        "room create candidates.csv --owner acme --grader acme/grader --dry-run": 0,
        "room close candidates.csv --owner acme --dry-run": 0,
        # Without a token these commands end before they call GitHub.
        f"room fetch {push}": 2,
        f"room answer {push} --report report.json": 2,
        "room sweep --owner acme --grader acme/grader": 2,
    }
    code = (
        f"import sys\nfrom grading.cli import main\ncommands = {commands}\n"
        "print({command: main(command.split()) for command in commands} == commands)\nprint(*sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    *_, as_expected, modules = done.stdout.splitlines()
    assert as_expected == "True", done.stdout + done.stderr
    assert not {"torch", "pytest", "matplotlib", "distributed"} & set(modules.split())


def test_a_command_whose_packages_are_missing_names_the_fix():
    """Grading without pytest ends with status 3 and one line that names the environment to use."""
    code = "import sys\nsys.modules['pytest'] = None\nfrom grading.cli import main\nsys.exit(main(['grade', '.']))\n"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert done.stderr.startswith("grading: grade: import of pytest halted;")
    assert "use the environment that nox builds" in done.stderr


def test_levels_are_those_of_the_rubrics(tmp_path: Path):
    """Levels are accepted and listed by the names of the assignment's rubrics."""
    shutil.copytree(ROOT / "tests" / "tiny", tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "grading", tmp_path / "grading")
    rubrics = tmp_path / "hidden_tests" / "rubrics"
    level = (rubrics / "short.toml").read_text(encoding="utf-8").replace('level = "short"', 'level = "wizard"')
    (rubrics / "wizard.toml").write_text(level, encoding="utf-8")
    reference = "hidden_tests/reference/exercise.py"

    done = cold("grade", reference, "--level", "wizard", cwd=tmp_path)
    refused = cold("grade", reference, "--level", "senior", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (
        refused.stderr == "grading: grade: --level: 'senior' has no rubric; levels with a rubric: long, short, wizard\n"
    )


def test_a_terminal_gets_a_table():
    """A terminal gets a formatted table; a file or a pipe gets plain Markdown."""
    main_end, terminal = pty.openpty()
    command = [sys.executable, "-m", "grading", "room", "estimate", "10"]
    with os.fdopen(main_end, "rb", buffering=0) as screen:
        subprocess.run(command, cwd=ROOT, stdout=terminal, check=True)
        os.close(terminal)
        shown = screen.read(100_000).decode()

    assert "────" in shown and "|" not in shown
    assert "|--:|" in grading("room", "estimate", "10").stdout


def test_version_prints_the_grader_of_a_grade(tmp_path: Path):
    """`--version` prints the version and digest that grade.json and the reviewer's pages contain."""
    done = grading("--version")
    grading("grade", REFERENCE, "--out", tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    grader = json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))["grader"]
    assert done.stdout == f"grading {grader['version']}, digest {grader['digest']}\n"
    for page in ("summary.md", "summary.html"):
        text = (tmp_path / page).read_text(encoding="utf-8")
        assert f"Grader {grader['version']}, digest {grader['digest'][:12]}." in text


def test_a_python_without_the_packages_gets_the_fix(tmp_path: Path):
    """A Python without the packages gets status 3 and one line with the fix, without a traceback."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "grading", "grade", str(REFERENCE), "--out", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("grading: cannot start (ModuleNotFoundError: No module named '")
    assert "nox -s grade -- SUBMISSION" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_old_python_is_refused_with_its_version():
    """A Python that is too old gets a message with its version and the fix before it parses newer syntax."""
    code = "import runpy, sys; sys.version_info = (3, 8, 18); runpy.run_module('grading', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("grading: needs Python 3.11 or newer, this is 3.8; use the environment")
    assert done.stderr.count("\n") == 1


def test_entry_files_have_the_syntax_of_python_2():
    """The files that an old Python reads contain only ASCII and only syntax of Python 2.7."""
    for name in ("__init__.py", "__main__.py"):
        source = (ROOT / "grading" / name).read_text(encoding="ascii")
        nodes = list(ast.walk(ast.parse(source)))
        assert not [node for node in nodes if isinstance(node, ast.JoinedStr | ast.NamedExpr | ast.AnnAssign)]
        assert not [node for node in nodes if isinstance(node, ast.arg) and node.annotation is not None]
        assert not [node for node in nodes if isinstance(node, ast.AsyncFunctionDef | ast.Match | ast.Starred)]


def test_an_interrupt_while_modules_load_is_one_line(tmp_path: Path):
    """Ctrl-C during imports ends with status 3 and one line, without a traceback."""
    fake = tmp_path / "msgspec.py"
    fake.write_text("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n", encoding="utf-8")

    done = cold("grade", REFERENCE, "--out", tmp_path / "out", PYTHONPATH=str(tmp_path))

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "grading: interrupted; there is no score\n"


def test_an_interrupt_during_the_hidden_tests_is_one_line(tmp_path: Path):
    """Ctrl-C while pytest runs is not reported as a failed hidden test, and no score is written."""
    shutil.copytree(ROOT / "tests" / "tiny", tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "grading", tmp_path / "grading")
    (tmp_path / "hidden_tests" / "conftest.py").write_text(
        "import os, signal\n\ndef pytest_runtest_call(item):\n    os.kill(os.getpid(), signal.SIGINT)\n",
        encoding="utf-8",
    )

    done = cold("grade", "hidden_tests/reference/exercise.py", "--out", "out", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "grading: interrupted; there is no score\n"
    assert list((tmp_path / "out").iterdir()) == []


def test_feedback_only_writes_and_prints_nothing_hidden(tmp_path: Path, assignment: Assignment):
    """`--feedback-only` writes points, mistakes and hints, without hidden tests, flags or the reviewer's pages."""
    example = ROOT / "tests" / "submissions" / "example"
    (tmp_path / "summary.md").write_text("of an earlier run", encoding="utf-8")

    done = grading("grade", example, "--out", tmp_path, "--feedback-only", "--annotate")

    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feedback.md", "grade.json"]
    grade = json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))
    assert (grade["score"]["automatic"], grade["verdict"]) == (69, "needs-review")
    assert [criterion["tests"] for criterion in grade["criteria"]] == [[]] * len(grade["criteria"])
    assert grade["flags"] == []
    assert {tuple(mistake) for mistake in grade["mistakes"]} == {("id", "severity", "criterion", "title")}
    texts = [done.stdout, *(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())]
    hidden = {test for criterion in assignment.rubric("mid").criterion for test in criterion.tests}
    assert not [name for name in hidden for text in texts if name in text]
    assert "summary" not in "".join(texts)


def test_feedback_only_hides_the_details_of_a_grader_failure(tmp_path: Path):
    """With `--feedback-only`, a failure of the grader is reported without its details, which may name a hidden test."""
    shutil.copytree(ROOT / "tests" / "tiny", tmp_path, dirs_exist_ok=True)
    shutil.copytree(ROOT / "grading", tmp_path / "grading")
    (tmp_path / "hidden_tests" / "test_more.py").write_text(
        "import pytest\n\n@pytest.mark.criterion('trimmed-mean')\ndef test_more(candidate):\n    '''More.'''\n",
        encoding="utf-8",
    )
    arguments = ("grade", "hidden_tests/reference/exercise.py", "--out", "out")

    assert "hidden test 'more'" in cold(*arguments, cwd=tmp_path).stderr
    done = cold(*arguments, "--feedback-only", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("grading: the grader failed: this is not your score.")
    assert "'more'" not in done.stderr and done.stderr.count("\n") == 1


def test_an_old_report_is_not_scored_at_a_level_that_it_did_not_test(tmp_path: Path):
    """`score` refuses a level with criteria that the report has no tests of."""
    assert grading("grade", REFERENCE, "--out", tmp_path).returncode == 0

    refused = grading("score", tmp_path / "report.json", "--level", "senior")
    done = grading("score", tmp_path / "report.json", "--level", "junior")

    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "has level mid and no tests of sampler" in refused.stderr
    assert (done.returncode, "85 of 85" in done.stdout) == (0, True)
