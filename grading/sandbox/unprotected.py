"""No isolation at all: the candidate's code runs in this process, for trying things and for comparison."""

import importlib
import sys
import tempfile
from pathlib import Path

from grading.sandbox.calls import Call, Reply
from grading.sandbox.inside import wire
from grading.sandbox.inside.worker import answer
from grading.sandbox.replies import read_reply, write_request


class Unprotected:
    """Carries out calls in this process. A hang hangs it, an exit ends it, and nothing keeps a forger out."""

    name = "none"

    def __init__(self, probes: str) -> None:
        self._probes = importlib.import_module(probes)
        self._folder = tempfile.TemporaryDirectory(prefix="unprotected-")

    def call(self, call: Call) -> Reply:
        """Carry out one call, in a fresh import of the candidate's module."""
        root = Path(self._folder.name)
        package = call.code.module.partition(".")[0]
        kept = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == package}
        for name in kept:
            del sys.modules[name]
        try:
            frame = answer(wire.decode(write_request(call, nonce="")), self._probes, root)
        finally:
            for name in [name for name in sys.modules if name.partition(".")[0] == package]:
                del sys.modules[name]
            sys.modules.update(kept)
            if str(root) in sys.path:
                sys.path.remove(str(root))
        return read_reply(frame, nonce="")

    def close(self) -> None:
        """Remove the folder of the candidate's files."""
        self._folder.cleanup()
