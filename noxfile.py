"""Everything that a laptop and CI do: `pip install nox`, then `nox -s SESSION` (or plain `nox` to grade)."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
CONSTRAINTS = ROOT / "grading" / "constraints.txt"
PYPROJECT = ROOT / "pyproject.toml"
PYTHON = (3, 11)

nox.options.sessions = ["grade"]
nox.options.default_venv_backend = "none"


@nox.session
def visible(session: nox.Session) -> None:
    """Run the visible tests on assignment/: `nox -s visible -- -k make_loss` for those of one TODO."""
    _python(session, "-m", "pytest", "assignment", *session.posargs)


@nox.session
def run(session: nox.Session) -> None:
    """Train and measure with the finished exercise: python -m assignment."""
    _python(session, "-m", "assignment", *session.posargs)


@nox.session
def hidden(session: nox.Session) -> None:
    """Run the hidden tests on assignment/ (or `-- PATH`) and write build/hidden/report.json."""
    submission, *rest = session.posargs or ["."]
    report = ["--json-report", "--json-report-file=build/hidden/report.json"]
    arguments = ["hidden_tests", "-p", "grading.harness", "--submission", submission, "--tb=line", *report, *rest]
    # Failing tests are a result, and status 1; anything else is the grader's failure.
    _python(session, "-m", "pytest", *arguments, success_codes=[0, 1])


@nox.session
def grade(session: nox.Session) -> None:
    """Grade assignment/ (or `-- PATH`): hidden tests, score and pages, in build/grade/."""
    annotate = ["--annotate"] if os.environ.get("GITHUB_ACTIONS") == "true" else []
    _python(session, "-m", "grading", "grade", *(session.posargs or ["."]), *annotate)


@nox.session
def tests(session: nox.Session) -> None:
    """Test the grader itself."""
    _python(session, "-m", "pytest", "tests", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format, types and workflows."""
    _python(session, "-m", "ruff", "check")
    _python(session, "-m", "ruff", "format", "--check")
    _python(session, "-m", "mypy")
    workflows = sorted(str(path) for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    _python(session, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run(str(_environment(session) / "zizmor"), "--offline", "--quiet", *workflows, external=True)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure the budgets of docs/design.md side by side and print them."""
    _python(session, "tests/bench/bench.py", *session.posargs)


def _python(session: nox.Session, *arguments: str, success_codes: list[int] | None = None) -> None:
    """Run Python in the one environment of all sessions."""
    python = _environment(session) / "python"
    session.run(str(python), *arguments, external=True, success_codes=success_codes or [0])


def _environment(session: nox.Session) -> Path:
    """Return the folder of the environment's programs; it is built once for each state of the pins."""
    pins = hashlib.sha256(CONSTRAINTS.read_bytes() + PYPROJECT.read_bytes()).hexdigest()[:12]
    folder = ROOT / ".nox" / f"environment-{pins}"
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    if not (folder / "complete").exists():
        session.log(f"building the environment in {folder}: once, a minute or two, 1.3 GB")
        session.run(_interpreter(session), "-m", "venv", "--clear", str(folder), external=True)
        packages = nox.project.dependency_groups(nox.project.load_toml(PYPROJECT), "development")
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--constraint", str(CONSTRAINTS)]
        session.run(str(programs / "python"), *pip, *packages, external=True)
        (folder / "complete").touch()
    return programs


def _interpreter(session: nox.Session) -> str:
    found = sys.executable if sys.version_info[:2] == PYTHON else shutil.which("python{}.{}".format(*PYTHON))
    if found is None:
        session.error("Python {}.{} is needed and was not found: install it, then run this again".format(*PYTHON))
    return found
