"""Run Python programs in forks of a process that has imported torch and pytest, to save the time of imports."""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

_ROOT = Path(__file__).resolve().parent.parent
_FORKS = multiprocessing.get_context("forkserver")
# Nothing of this checkout is preloaded, since some programs use another one. Without preloading, each program takes 2
# to 4 s of CPU time.
_FORKS.set_forkserver_preload(
    [
        *("torch", "torch._dynamo", "torch.utils.data"),
        *("sklearn.datasets", "sklearn.metrics", "sklearn.model_selection"),
        *("pytest", "jinja2", "msgspec", "pygments.lexers.python", "pygments.formatters.html"),
    ]
)


def python(*arguments: object, cwd: Path = _ROOT) -> subprocess.CompletedProcess[str]:
    """Run `python -m MODULE …` or `python -c CODE …` in a folder, from which it imports as well."""
    command = [*map(str, arguments)]
    with tempfile.TemporaryDirectory() as folder:
        out, errors = Path(folder) / "out", Path(folder) / "errors"
        process = _FORKS.Process(target=_run, args=(command, str(cwd), str(out), str(errors)))
        process.start()
        process.join()
        assert process.exitcode is not None
        printed = [path.read_text(encoding="utf-8") for path in (out, errors)]
    return subprocess.CompletedProcess(command, process.exitcode, *printed)


def _run(command: list[str], folder: str, *files: str) -> None:
    for descriptor, path in enumerate(files, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
    os.chdir(folder)
    sys.path[:] = [folder, *(path for path in sys.path if path not in ("", str(_ROOT)))]
    kind, program, *rest = command
    sys.argv = [kind, *rest]
    if kind == "-m":
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    else:
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(program, "<string>", "exec"), vars(main))  # noqa: S102 - a test's own program
