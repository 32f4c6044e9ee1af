"""The tasks of this repository: `pip install nox`, then `nox -s visible` or `nox -s run`."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PYTHON = (3, 11)

nox.options.sessions = ["visible"]
nox.options.default_venv_backend = "none"


@nox.session
def visible(session: nox.Session) -> None:
    """Run the visible tests on assignment/: `nox -s visible -- -k FUNCTION` for those of one TODO."""
    session.run(_python(session), "-m", "pytest", "assignment", *session.posargs, external=True)


@nox.session
def run(session: nox.Session) -> None:
    """Train and measure a model with the finished exercise: python -m assignment."""
    session.run(_python(session), "-m", "assignment", *session.posargs, external=True)


def _python(session: nox.Session) -> str:
    """Return the Python of the environment of both sessions; build it if it is missing or its pins have changed."""
    constraints, pyproject = ROOT / "constraints.txt", ROOT / "pyproject.toml"
    pins = hashlib.sha256(constraints.read_bytes() + pyproject.read_bytes()).hexdigest()[:12]
    folder = Path(os.environ.get("TAKE_HOME_ENVIRONMENTS") or ROOT / ".nox") / f"exercise-{pins}"
    python = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    if not (folder / "complete").exists():
        base = sys.executable if sys.version_info[:2] == PYTHON else shutil.which("python{}.{}".format(*PYTHON))
        if base is None:
            session.error("Python {}.{} is required and was not found: install it, then run this again".format(*PYTHON))
        session.log(f"building the environment in {folder}: only once, takes a minute or two")
        session.run(base, "-m", "venv", "--clear", str(folder), external=True)
        packages = nox.project.dependency_groups(nox.project.load_toml(pyproject), "exercise")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        session.run(*pip, "--constraint", str(constraints), *packages, external=True)
        (folder / "complete").touch()
    return python
