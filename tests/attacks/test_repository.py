"""Hostile repositories: only the candidate's own files are read, as data, and pages show them as text."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grading.content.load import Assignment
from grading.errors import UsageError
from grading.render import to_feedback, to_json, to_summary
from grading.render.html.summary import to_html
from grading.scoring.records import Scorecard
from grading.submission.read import MAX_FILE_BYTES, read_submission
from tests.attacks.conftest import FULL, HONEST, points
from tests.command_line import grading
from tests.compose import compose
from tests.conftest import ROOT

GradeFolder = Callable[[Path], Scorecard]
ENDS = "import os\nos._exit(0)\n"
FORGES = "import torch\ntorch.equal = torch.allclose = lambda *a, **k: True\nraise SystemExit\n"

# Additional files by path. None of them is read, so the honest solution keeps every point.
BESIDE: dict[str, dict[str, str]] = {
    "conftest.py": {"conftest.py": ENDS, "assignment/conftest.py": ENDS},
    "pytest.ini": {"pytest.ini": "[pytest]\naddopts = --collect-only -p no:terminal\n"},
    "tox.ini": {"tox.ini": "[pytest]\naddopts = -x --maxfail=0\n", "setup.cfg": "[tool:pytest]\naddopts = -k none\n"},
    "pyproject.toml": {"pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p evil"\n', "evil.py": ENDS},
    "sitecustomize.py": {"sitecustomize.py": ENDS, "usercustomize.py": ENDS},
    "a .pth file": {"x.pth": "import os; os._exit(0)\n", "assignment/x.pth": "import os; os._exit(0)\n"},
    "torch.py": {"torch.py": FORGES, "assignment/torch.py": FORGES},
    "json.py": {"json.py": FORGES, "assignment/json.py": FORGES, "struct.py": FORGES},
    "a package sklearn": {"sklearn/__init__.py": FORGES, "sklearn/metrics.py": FORGES},
    "the package's __init__.py": {"assignment/__init__.py": FORGES},
    "data.py": {"assignment/data.py": FORGES},
    "model.py": {"assignment/model.py": FORGES},
    "__main__.py": {"assignment/__main__.py": FORGES},
    "hidden tests of its own": {"hidden_tests/conftest.py": ENDS, "hidden_tests/rubrics/mid.toml": "points = 100"},
    "a grader of its own": {"grading/__init__.py": ENDS, "grading/scoring/score.py": ENDS},
    "visible tests": {"assignment/tests/test_exercise.py": "def test_all(): pass\n"},
    "the visible tests' conftest": {"assignment/tests/conftest.py": ENDS},
    "workflows": {".github/workflows/open.yml": "on: push\njobs: {}\n", ".github/workflows/new.yml": "on: push\n"},
    "the noxfile": {"noxfile.py": ENDS},
    "submodules": {".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ../../secret\n'},
    "attributes": {".gitattributes": "* filter=evil diff=evil\n", ".lfsconfig": "[lfs]\n\turl = file:///etc\n"},
    "another case": {"assignment/Exercise.py": ENDS, "ASSIGNMENT/EXERCISE.PY": ENDS},
    "a stub file": {"assignment/exercise.pyi": "raise SystemExit", "assignment/exercise/__init__.py": FORGES},
    "compiled files": {"assignment/__pycache__/exercise.cpython-311.pyc": "x", "assignment/exercise.so": "x"},
    "names with newlines": {"assignment/a\nb.py": ENDS, "assignment/::error::x.py": ENDS},
    "a review of its own": {"review.toml": 'reviewer = "me"', "build/grade/grade.json": '{"verdict": "pass"}'},
}
FLAGGED = {
    "data.py", "model.py", "__main__.py", "the package's __init__.py", "visible tests", "the visible tests' conftest",
    "workflows", "the noxfile", "pyproject.toml",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a checkout with a correct solution."""
    (tmp_path / "fork" / "assignment").mkdir(parents=True)
    (tmp_path / "fork" / "assignment" / "exercise.py").write_text(HONEST, encoding="utf-8")
    return tmp_path / "fork"


@pytest.mark.parametrize("case", BESIDE)
def test_files_other_than_the_candidates_are_not_read(case: str, folder: Path, grade_folder: GradeFolder):
    """Trusted copies of all other files are used for grading, and changes to the handed-out files are flagged."""
    for name, text in BESIDE[case].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    card = grade_folder(folder)

    assert points(card) == FULL
    assert ("given-file-edited" in {flag.id for flag in card.flags}) == (case in FLAGGED)


def very_many_files(folder: Path) -> None:
    """Create 100,000 files, which shows the same problem as a million in less time."""
    (folder / "many").mkdir()
    for number in range(100_000):
        os.close(os.open(folder / "many" / str(number), os.O_CREAT | os.O_WRONLY))


def a_huge_file(folder: Path) -> None:
    """Create a file of 1 GiB next to the module, and another in place of a handed-out file."""
    for name in ("large.bin", "assignment/data.py"):
        with (folder / name).open("wb") as file:
            file.truncate(1 << 30)


def links_in_place_of_files(folder: Path) -> None:
    """Replace handed-out files with links to a system file, to a missing file and to themselves."""
    (folder / "assignment" / "data.py").symlink_to("/etc/passwd")
    (folder / "assignment" / "model.py").symlink_to("nowhere")
    (folder / "noxfile.py").symlink_to("noxfile.py")
    (folder / "hidden_tests").symlink_to(ROOT / "hidden_tests")


def pipes_in_place_of_files(folder: Path) -> None:
    """Replace files with named pipes that have no writer."""
    os.mkfifo(folder / "assignment" / "data.py")
    os.mkfifo(folder / "assignment" / "DISCUSSION.md")
    os.mkfifo(folder / "assignment" / "followups.py")


def a_deep_tree(folder: Path) -> None:
    """Create 300 nested folders."""
    path = folder
    for _ in range(300):
        path = path / "d"
    path.mkdir(parents=True)


def a_broken_repository(folder: Path) -> None:
    """Create an invalid .git folder."""
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_bytes(b"\0" * 1000)


def foreign_repository(folder: Path) -> None:
    """Create a .git file that points to the grader's own repository."""
    (folder / ".git").write_text(f"gitdir: {ROOT / '.git'}\n", encoding="utf-8")


@pytest.mark.parametrize(
    "make",
    [
        *(very_many_files, a_huge_file, links_in_place_of_files, pipes_in_place_of_files, a_deep_tree),
        *(a_broken_repository, foreign_repository),
    ],
)
def test_unusual_files_cost_no_points(make: Callable[[Path], None], folder: Path, grade_folder: GradeFolder):
    """Unusual files neither cost points nor delay the grading, and no foreign history is shown."""
    make(folder)

    card = grade_folder(folder)

    assert points(card) == FULL
    assert not card.run.submission.history.commits


def a_folder(path: Path) -> None:
    """Create a folder at the path."""
    path.mkdir()


def a_link(path: Path) -> None:
    """Create a link to a correct solution elsewhere."""
    path.symlink_to(ROOT / "hidden_tests" / "reference" / "exercise.py")


def a_link_to_a_device(path: Path) -> None:
    """Create a link to an endless device."""
    path.symlink_to("/dev/zero")


def a_socket(path: Path) -> None:
    """Create a socket at the path."""
    import socket

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def fifty_megabytes(path: Path) -> None:
    """Create a file over the size limit."""
    path.write_bytes(b"#" * (50 << 20))


def a_gigabyte(path: Path) -> None:
    """Create a sparse file far over the size limit."""
    with path.open("wb") as file:
        file.truncate(1 << 30)


def no_file(path: Path) -> None:
    """Create no file at all."""
    assert not path.exists()


NOT_READ = [a_folder, a_link, a_link_to_a_device, a_socket, os.mkfifo, fifty_megabytes, a_gigabyte, no_file]


@pytest.mark.parametrize("make", NOT_READ)
def test_a_module_that_is_no_small_regular_file_is_refused(
    make: Callable[[Path], None], tmp_path: Path, assignment: Assignment
):
    """A module that is not a small regular file is refused in one line that names it, without following or blocking."""
    (tmp_path / "assignment").mkdir()
    make(tmp_path / "assignment" / "exercise.py")

    with pytest.raises(UsageError) as refused:
        read_submission(tmp_path, assignment)

    assert "exercise.py" in str(refused.value)
    assert "\n" not in str(refused.value)


# Invalid or barely valid Python, graded like any other module that cannot be imported.
CONTENT = {
    "NUL bytes": b"\0" * 100,
    "not UTF-8": b"def make_loss(train_labels):\n    return '\xff\xfe'\n",
    "UTF-16": HONEST.encode("utf-16"),
    "an unknown encoding": b"# -*- coding: nonsense -*-\n" + HONEST.encode(),
    "an LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "a merge left open": b"<<<<<<< HEAD\n" + HONEST.encode(),
    "an image": bytes(range(256)) * 100,
    "deep brackets": b"x = " + b"(" * 50_000 + b")" * 50_000,
    "a long line": b"x = '" + b"a" * (MAX_FILE_BYTES - 100) + b"'",
    "nothing": b"",
    "a bomb for the parser": b"x = " + b"-" * 100_000 + b"1",
}


@pytest.mark.parametrize("case", CONTENT)
def test_content_without_a_solution_scores_zero(case: str, folder: Path, grade_folder: GradeFolder):
    """A file without a valid solution scores 0 and gets a mistake that explains why."""
    (folder / "assignment" / "exercise.py").write_bytes(CONTENT[case])

    card = grade_folder(folder)

    assert points(card) == dict.fromkeys(FULL, 0.0)
    assert card.mistakes


class _Elements(HTMLParser):
    """Collects the elements, attributes and link targets that a browser would see in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[str] = []
        self.targets: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record an element."""
        self.names.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.targets += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]


# --- Untrusted text on pages and in logs ----------------------------------------------------------------------------

MARKUP = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> ![x](https://192.0.2.1/x.png) [l](javascript:alert(1)) "
    "@org/team fixes #1 GH-1 | a | b | `code` </code></pre></details> ::error::x ::add-mask::x "
    "\u202egnp.exe \x1b[31mred\x1b]8;;https://192.0.2.1\x07 &lt;b&gt; <!-- \u2028 $(id) ${{ secrets.X }}"
)
# Text that a page, a terminal or a workflow log would interpret, outside code spans and references.
ACTS = re.compile(
    r"<script|<img|!\[|\]\(javascript|@org|fixes #1|GH-1|^::|\u202e|\x1b|\x07|https://192|\u2028|\$\{\{|<!--", re.M
)
# Fenced code blocks, in which Markdown interprets nothing.
FENCED = re.compile(r"^(`{3,})\n.*?\n\1$", re.M | re.S)


def _git(folder: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *settings, *arguments], check=True, capture_output=True)


@pytest.fixture
def hostile_everywhere(folder: Path) -> Path:
    """Return a submission with markup in every place that a candidate can write to."""
    one_line = MARKUP.replace("\u2028", " ")
    source = compose(f"def make_loss(train_labels):\n    # {one_line}\n    raise ValueError({MARKUP!r})\n")
    _git(folder, "init", "-b", "a`b$(id)<script>")
    _git(folder, "add", ".")
    _git(folder, "commit", "-m", "the handout")
    (folder / "assignment" / "exercise.py").write_text(source, encoding="utf-8")
    questions = "".join(f"## {number}. {MARKUP}\n\n{MARKUP}\n\n```\n{MARKUP}\n" for number in range(1, 6))
    (folder / "assignment" / "DISCUSSION.md").write_text(questions + "x" * 200_000, encoding="utf-8")
    (folder / "<img src=x onerror=alert(1)> @org.py").write_text("")
    (folder / "noxfile.py").write_text(MARKUP)
    _git(folder, "add", ".")
    _git(folder, "commit", "-m", MARKUP)
    return folder.rename(folder.with_name("<script>alert(1)<|script> @org"))


def test_pages_show_untrusted_text_as_text(hostile_everywhere: Path, assignment: Assignment, grade_folder: GradeFolder):
    """Pages contain no tag, link, image, mention, reference, command or escape sequence from the submission."""
    card = grade_folder(hostile_everywhere)
    questions = assignment.questions("mid")

    assert len(card.run.submission.history.commits) == 1
    for page in (to_summary(card, questions), to_feedback(card, questions)):
        assert not set("\u202e\x1b\x07").intersection(page)
        assert len(page.encode()) < 1 << 20
        page = FENCED.sub("", page)
        assert (found := ACTS.search(page)) is None, page[found.start() - 100 : found.end() + 100]
    assert "script" not in to_feedback(card, questions)
    elements = _Elements(to_html(card, questions, {"assignment/exercise.py": HONEST}, None, sheet="review.toml"))
    assert elements.names.count("script") == 1
    assert not {"img", "iframe", "object", "embed", "base"} & set(elements.names)
    assert not [name for name in elements.attributes if name.startswith("on")]
    assert all(target.startswith(("#", "data:,")) for target in elements.targets)
    assert "\x1b" not in to_json(card, questions)


@pytest.mark.usefixtures("shared_sandbox")
def test_output_prints_untrusted_text_as_text(hostile_everywhere: Path, tmp_path: Path):
    """Standard output and annotations contain nothing from the submission that a log would interpret."""
    done = grading("grade", hostile_everywhere, "--out", tmp_path / "out", "--annotate")

    ours = re.compile(r"^::(error|warning|notice) file=assignment/exercise\.py,line=\d+,title=[^:]+::", re.M)
    printed = ours.sub("", done.stdout + done.stderr).replace(str(hostile_everywhere), "")
    assert ours.search(done.stdout)
    assert ACTS.search(printed) is None, printed


def test_git_configuration_of_the_submission_runs_nothing(folder: Path, grade_folder: GradeFolder):
    """Hooks, filters, pagers and monitors in the repository's git configuration are never run."""
    _git(folder, "init")
    _git(folder, "add", ".")
    _git(folder, "commit", "-m", "the handout")
    mark = folder.parent / "ran"
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "gpg.program", "core.editor"):
        _git(folder, "config", key, f"touch {mark}")
    hook = folder / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    _git(folder, "config", "log.showSignature", "true")

    assert points(grade_folder(folder)) == FULL
    assert not mark.exists()
    assert shutil.which("git")
