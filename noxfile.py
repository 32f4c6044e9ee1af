"""All tasks of a laptop and of CI: `pip install "nox[uv]"`, then `nox -s SESSION`; `nox -l` lists the sessions."""

import contextlib
import hashlib
import importlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import nox
from nox.command import CommandFailed

ROOT = Path(__file__).parent
CONSTRAINTS = ROOT / "grading" / "constraints.txt"
PYPROJECT = ROOT / "pyproject.toml"
PYTHON = (3, 11)
GROUP = "development"
# Memory for each of the parallel processes of `nox -s tests`, with its sandbox and the programs that it starts.
MEMORY_OF_TESTS = 2 << 30
# A long-lived machine can keep the environments outside the checkout, to share them between checkouts.
ENVIRONMENTS = Path(os.environ.get("TAKE_HOME_ENVIRONMENTS") or ROOT / ".nox")

nox.options.sessions = ["grade"]
nox.options.default_venv_backend = "none"


@nox.session
def visible(session: nox.Session) -> None:
    """Run the visible tests on assignment/: `nox -s visible -- -k make_loss` for those of one TODO."""
    _python(session, "-m", "pytest", "assignment", *session.posargs)


@nox.session
def run(session: nox.Session) -> None:
    """Train and measure a model with the finished exercise: python -m assignment."""
    _python(session, "-m", "assignment", *session.posargs)


@nox.session
def hidden(session: nox.Session) -> None:
    """Run the hidden tests on assignment/ (or `-- PATH`) and write build/hidden/report.json."""
    submission, *rest = session.posargs or ["."]
    report = ["--json-report", "--json-report-file=build/hidden/report.json"]
    arguments = ["hidden_tests", "-p", "grading.run.plugin", "--submission", submission, "--tb=line", *report, *rest]
    # Failing tests are a result (status 1); any other status is a failure of the grader.
    _python(session, "-m", "pytest", *arguments, success_codes=[0, 1])


@nox.session
def grade(session: nox.Session) -> None:
    """Grade assignment/ (or `-- PATH`): hidden tests, score and pages, in build/grade/."""
    _python(session, "-m", "grading", "grade", *(session.posargs or ["."]))


@nox.session
def tests(session: nox.Session) -> None:
    """Test the grader itself, or `-- PATH`. The pages' tests need a browser (`apt install chromium`) and npm."""
    browser = ROOT / "tests" / "browser"
    if shutil.which("npm") and not (browser / "node_modules").is_dir():
        session.run("npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", str(browser), external=True)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    processes = max(1, min(len(os.sched_getaffinity(0)), memory // MEMORY_OF_TESTS))
    # An idle process takes half of another's tests, so large files are split and no long file runs last.
    parallel = ["-n", str(processes), "--dist", "worksteal", "--durations", "20"]
    # Coverage is measured only in whole runs without slow tests; its floor does not apply to single files.
    coverage = [] if session.posargs else ["--cov", "--cov-report", "term"]
    _python(session, "-m", "pytest", *parallel, *coverage, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format, types, imports and workflows."""
    _python(session, "-m", "ruff", "check")
    _python(session, "-m", "ruff", "format", "--check")
    _python(session, "-m", "mypy")
    programs = _environment(session)
    session.run(str(programs / "lint-imports"), "--no-cache", external=True, silent=True)
    # The workflows of this repository, and those of a generated room.
    published = Path(session.create_tmp()) / "room"
    shutil.rmtree(published, ignore_errors=True)
    _python(session, "-m", "grading", "publish", str(published))
    folders = [ROOT / ".github" / "workflows", published / ".github" / "workflows"]
    workflows = sorted(str(path) for folder in folders for path in folder.glob("*.yml"))
    _python(session, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run(str(programs / "zizmor"), "--offline", "--quiet", *workflows, external=True)
    # It runs shellcheck, found by the PATH, on each script.
    path = os.pathsep.join([str(programs), os.environ["PATH"]])
    dependabot = str(ROOT / ".github" / "dependabot.yml")
    command = [str(programs / "jactionlint"), "--strict-exit", *workflows, dependabot]
    session.run(*command, external=True, env={"PATH": path})


@nox.session
def docs(session: nox.Session) -> None:
    """Update docs/: outputs of commands, the schema of grade.json, and screenshots (needs chromium)."""
    documents = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))]
    _python(session, "-m", "cogapp", "-r", "-P", "-I", "docs", "-p", "from excerpts import *", *documents)
    schema = "from grading.scoring.grade import grade_schema as s; open('docs/grade.schema.json', 'w').write(s())"
    _python(session, "-c", schema)
    _python(session, "docs/screenshots.py")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure and print the budgets of docs/design.md; `-- cohort` grades a thousand submissions."""
    kind, *rest = session.posargs if session.posargs[:1] == ["cohort"] else ["budgets", *session.posargs]
    _python(session, f"tests/bench/{kind}.py", *rest)


@nox.session
def soak(session: nox.Session) -> None:
    """Check that grades are deterministic (takes hours, run nightly); `-- --help` lists shorter runs."""
    _python(session, "tests/bench/soak.py", *session.posargs)


@nox.session
def room(session: nox.Session) -> None:
    """Host candidates' rooms: `nox -s room -- --help`. Needs neither torch nor the rest of the environment."""
    _python(session, "-m", "grading", "room", *session.posargs, group="hosting")


def _python(
    session: nox.Session,
    *arguments: str,
    success_codes: list[int] | None = None,
    group: str = GROUP,
) -> None:
    """Run Python in the environment of a dependency group, by default the one of all sessions."""
    python = _environment(session, group) / "python"
    session.run(str(python), *arguments, external=True, success_codes=success_codes or [0])


def _environment(session: nox.Session, group: str = GROUP) -> Path:
    """Return the folder of the environment's programs; the environment is built once per state of the pins."""
    pins = hashlib.sha256(CONSTRAINTS.read_bytes() + PYPROJECT.read_bytes()).hexdigest()[:12]
    folder = ENVIRONMENTS / f"{group}-{pins}"
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    if not (folder / "complete").exists():
        size = "once, seconds with uv, a minute or two without, 1.3 GB" if group == GROUP else "once, some seconds"
        session.log(f"building the environment in {folder}: {size}")
        session.run(_interpreter(session), "-m", "venv", "--clear", str(folder), external=True)
        _install(session, programs / "python", nox.project.dependency_groups(nox.project.load_toml(PYPROJECT), group))
        (folder / "complete").touch()
    return programs


def _install(session: nox.Session, python: Path, packages: Sequence[str]) -> None:
    """Install packages at their pinned versions, with uv (seconds, finds CPU builds of torch) or with pip."""
    pinned = ["--quiet", "--constraint", str(CONSTRAINTS), *packages]
    uv = _uv()
    if uv is not None:
        # uv ignores pip's settings; if these name a folder of wheels, torch is installed from there.
        folders = os.environ.get("PIP_FIND_LINKS", "").split()
        links = [option for folder in folders for option in ("--find-links", folder)]
        backend = [] if folders or "UV_TORCH_BACKEND" in os.environ else ["--torch-backend", "cpu"]
        try:
            session.run(uv, "pip", "install", "--python", str(python), *links, *backend, *pinned, external=True)
        except CommandFailed:
            session.log("uv failed (see above); installing with pip, which takes a minute or two")
        else:
            return
    session.run(
        str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-compile", *pinned, external=True
    )


def _uv() -> str | None:
    """Return the path of uv: `pip install "nox[uv]"` installs it next to nox, possibly outside the PATH."""
    with contextlib.suppress(ImportError, FileNotFoundError):
        return str(importlib.import_module("uv").find_uv_bin())
    return shutil.which("uv")


def _interpreter(session: nox.Session) -> str:
    found = sys.executable if sys.version_info[:2] == PYTHON else shutil.which("python{}.{}".format(*PYTHON))
    if found is None:
        session.error("Python {}.{} is required and was not found: install it, then run this again".format(*PYTHON))
    return found
