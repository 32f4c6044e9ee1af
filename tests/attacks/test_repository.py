"""The repository, edited tests and the readers: only the candidate's own files are read, as data, and shown as text."""

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

# Files beside the candidate's own, by path: none is read, so the honest solution keeps every point.
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
    """A checkout with a right solution."""
    (tmp_path / "fork" / "assignment").mkdir(parents=True)
    (tmp_path / "fork" / "assignment" / "exercise.py").write_text(HONEST, encoding="utf-8")
    return tmp_path / "fork"


@pytest.mark.parametrize("case", BESIDE)
def test_files_beside_are_not_looked_at(case: str, folder: Path, grade_folder: GradeFolder):
    """The trusted copies grade; what was handed out and has changed is told to the reviewer."""
    for name, text in BESIDE[case].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    card = grade_folder(folder)

    assert points(card) == FULL
    assert ("given-file-edited" in {flag.id for flag in card.flags}) == (case in FLAGGED)


def a_million_files(folder: Path) -> None:
    """Many files; a tenth of a million shows what a million would, sooner."""
    (folder / "many").mkdir()
    for number in range(100_000):
        os.close(os.open(folder / "many" / str(number), os.O_CREAT | os.O_WRONLY))


def a_huge_file(folder: Path) -> None:
    """A gigabyte beside the module, and another one as a file that is compared with the handout's."""
    for name in ("large.bin", "assignment/data.py"):
        with (folder / name).open("wb") as file:
            file.truncate(1 << 30)


def links_beside(folder: Path) -> None:
    """Files of the handout that are links to elsewhere, or to nothing, or to themselves."""
    (folder / "assignment" / "data.py").symlink_to("/etc/passwd")
    (folder / "assignment" / "model.py").symlink_to("nowhere")
    (folder / "noxfile.py").symlink_to("noxfile.py")
    (folder / "hidden_tests").symlink_to(ROOT / "hidden_tests")


def pipes_beside(folder: Path) -> None:
    """Pipes that nobody writes to."""
    os.mkfifo(folder / "assignment" / "data.py")
    os.mkfifo(folder / "assignment" / "DISCUSSION.md")
    os.mkfifo(folder / "assignment" / "followups.py")


def a_deep_tree(folder: Path) -> None:
    """Folders in folders."""
    path = folder
    for _ in range(300):
        path = path / "d"
    path.mkdir(parents=True)


def a_broken_repository(folder: Path) -> None:
    """A .git that is not one."""
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_bytes(b"\0" * 1000)


def somebody_elses_repository(folder: Path) -> None:
    """A .git that points to the grader's own history."""
    (folder / ".git").write_text(f"gitdir: {ROOT / '.git'}\n", encoding="utf-8")


@pytest.mark.parametrize(
    "make",
    [
        *(a_million_files, a_huge_file, links_beside, pipes_beside, a_deep_tree),
        *(a_broken_repository, somebody_elses_repository),
    ],
)
def test_whatever_lies_about_costs_nothing(make: Callable[[Path], None], folder: Path, grade_folder: GradeFolder):
    """Neither time nor points; and no history that is not the candidate's."""
    make(folder)

    card = grade_folder(folder)

    assert points(card) == FULL
    assert not card.run.submission.history.commits


def a_folder(path: Path) -> None:
    """A folder of that name."""
    path.mkdir()


def a_link(path: Path) -> None:
    """A link to a right solution elsewhere."""
    path.symlink_to(ROOT / "hidden_tests" / "reference" / "exercise.py")


def a_link_to_a_device(path: Path) -> None:
    """A link to a device without end."""
    path.symlink_to("/dev/zero")


def a_socket(path: Path) -> None:
    """A socket."""
    import socket

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def fifty_megabytes(path: Path) -> None:
    """A file over the limit."""
    path.write_bytes(b"#" * (50 << 20))


def a_gigabyte(path: Path) -> None:
    """A sparse file far over the limit."""
    with path.open("wb") as file:
        file.truncate(1 << 30)


def unreadable(path: Path) -> None:
    """Nothing at all: the file is not there."""
    assert not path.exists()


NOT_READ = [a_folder, a_link, a_link_to_a_device, a_socket, os.mkfifo, fifty_megabytes, a_gigabyte, unreadable]


@pytest.mark.parametrize("make", NOT_READ)
def test_what_is_no_small_file_is_refused_in_one_line(
    make: Callable[[Path], None], tmp_path: Path, assignment: Assignment
):
    """Under the name of the module: nothing is followed, nothing is waited for."""
    (tmp_path / "assignment").mkdir()
    make(tmp_path / "assignment" / "exercise.py")

    with pytest.raises(UsageError) as refused:
        read_submission(tmp_path, assignment)

    assert "exercise.py" in str(refused.value)
    assert "\n" not in str(refused.value)


# Content that is no Python, or hardly: graded like any other module that cannot be imported.
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
def test_content_that_is_no_solution_is_graded_to_nothing(case: str, folder: Path, grade_folder: GradeFolder):
    """With pages that fit on GitHub's, whatever is in them."""
    (folder / "assignment" / "exercise.py").write_bytes(CONTENT[case])

    card = grade_folder(folder)

    assert points(card) == dict.fromkeys(FULL, 0.0)
    assert card.mistakes


class _Elements(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[str] = []
        self.targets: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.names.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.targets += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]


# --- The readers ----------------------------------------------------------------------------------------------------

MARKUP = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> ![x](https://192.0.2.1/x.png) [l](javascript:alert(1)) "
    "@org/team fixes #1 GH-1 | a | b | `code` </code></pre></details> ::error::x ::add-mask::x "
    "\u202egnp.exe \x1b[31mred\x1b]8;;https://192.0.2.1\x07 &lt;b&gt; <!-- \u2028 $(id) ${{ secrets.X }}"
)
# What acts where a page, a terminal or a workflow's log is shown; code spans and references aside.
ACTS = re.compile(
    r"<script|<img|!\[|\]\(javascript|@org|fixes #1|GH-1|^::|\u202e|\x1b|\x07|https://192|\u2028|\$\{\{|<!--", re.M
)
# Where Markdown acts on nothing.
FENCED = re.compile(r"^(`{3,})\n.*?\n\1$", re.M | re.S)


def _git(folder: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *settings, *arguments], check=True, capture_output=True)


@pytest.fixture
def hostile_everywhere(folder: Path) -> Path:
    """A submission with markup wherever a candidate can write."""
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


def test_whatever_is_written_is_shown_as_text(
    hostile_everywhere: Path, assignment: Assignment, grade_folder: GradeFolder
):
    """In every page: no tag, link, image, mention, reference, command or escape of the candidate's."""
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
def test_whatever_is_written_is_printed_as_text(hostile_everywhere: Path, tmp_path: Path):
    """Nor do standard output and the annotations carry anything that a log would act on."""
    done = grading("grade", hostile_everywhere, "--out", tmp_path / "out", "--annotate")

    ours = re.compile(r"^::(error|warning|notice) file=assignment/exercise\.py,line=\d+,title=[^:]+::", re.M)
    printed = ours.sub("", done.stdout + done.stderr).replace(str(hostile_everywhere), "")
    assert ours.search(done.stdout)
    assert ACTS.search(printed) is None, printed


def test_a_working_git_is_not_what_is_run(folder: Path, grade_folder: GradeFolder):
    """Hooks, filters, pagers and monitors of the repository's configuration find nothing to run."""
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
