"""Run the command line, in the process of the tests or, where its start is tested, in a process of its own."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

from grading.cli import main
from tests.conftest import ROOT

Done = subprocess.CompletedProcess[str]


def grading(*arguments: object, cwd: Path = ROOT, typed: str = "") -> Done:
    """Run a command in this process; commands that grade need the fixture `shared_sandbox`, which saves seconds."""
    command = [*map(str, arguments)]
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.ExitStack() as streams:
        streams.enter_context(contextlib.chdir(cwd))
        streams.enter_context(contextlib.redirect_stdout(out))
        streams.enter_context(contextlib.redirect_stderr(errors))
        streams.enter_context(mock.patch("sys.stdin", io.StringIO(typed)))
        try:
            status = main(command)
        except SystemExit as ended:  # raised by the argument parser
            status = int(ended.code or 0)
    return subprocess.CompletedProcess(command, status, out.getvalue(), errors.getvalue())


def cold(*arguments: object, cwd: Path = ROOT, **environment: str) -> Done:
    """Run `python -m grading` in a process of its own, by default from the root of the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "grading", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
