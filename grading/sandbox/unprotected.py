"""Runs the candidate's code in this process without any isolation, for experiments and comparison."""

import contextlib
import importlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from grading.sandbox.calls import Call, Reply
from grading.sandbox.inside import wire
from grading.sandbox.inside.missing import forget_placeholders
from grading.sandbox.inside.worker import answer
from grading.sandbox.replies import read_reply, write_request


class Unprotected:
    """Runs calls in this process. Candidate code can hang it, end it and forge results."""

    name = "none"

    def __init__(self, probes: str) -> None:
        self._probes = importlib.import_module(probes)

    def call(self, call: Call) -> Reply:
        """Run one call, with a new import of the candidate's module."""
        # A new folder per call: in the same one, Python could use the bytecode of another source of the same size.
        request, package = wire.decode(write_request(call, nonce="")), call.code.module.partition(".")[0]
        with tempfile.TemporaryDirectory(prefix="unprotected-") as folder, _importing_from(folder, package):
            frame = answer(request, self._probes, Path(folder))
        return read_reply(frame, nonce="")

    def close(self) -> None:
        """Do nothing: there are no processes to end."""


@contextlib.contextmanager
def _importing_from(folder: str, package: str) -> Iterator[None]:
    """Import `package` from `folder` instead of the checkout's package of that name, inside the context."""
    path, modules = list(sys.path), _modules_of(package)
    for name in modules:
        del sys.modules[name]
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        for name in _modules_of(package):
            del sys.modules[name]
        sys.modules.update(modules)
        forget_placeholders()
        sys.path[:] = path
        sys.path_importer_cache.pop(folder, None)


def _modules_of(package: str) -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == package}
