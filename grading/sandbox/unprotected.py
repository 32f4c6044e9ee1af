"""No isolation at all: the candidate's code runs in this process, for trying things and for comparison."""

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
    """Carries out calls in this process. A hang hangs it, an exit ends it, and nothing keeps a forger out."""

    name = "none"

    def __init__(self, probes: str) -> None:
        self._probes = importlib.import_module(probes)

    def call(self, call: Call) -> Reply:
        """Carry out one call, in a fresh import of the candidate's module."""
        # A folder for each call: in the same one, Python would take the bytecode of another source of the same size.
        request, package = wire.decode(write_request(call, nonce="")), call.code.module.partition(".")[0]
        with tempfile.TemporaryDirectory(prefix="unprotected-") as folder, _importing_from(folder, package):
            frame = answer(request, self._probes, Path(folder))
        return read_reply(frame, nonce="")

    def close(self) -> None:
        """Do nothing: there is nothing to end."""


@contextlib.contextmanager
def _importing_from(folder: str, package: str) -> Iterator[None]:
    """Import `package` from `folder`, though the checkout has a package of that name; then be as before."""
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
