"""Loads the candidate's module and calls into it; converts every error there into data."""

import dis
import importlib
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from grading.sandbox.inside.missing import MissingPackages
from grading.sandbox.inside.wire import Message

# Enough for a reviewer to recognise the error, too short to leak much data.
MAX_DETAIL = 200


class CandidateError(Exception):
    """An error in the candidate's code; `record` has the details as data."""

    def __init__(self, kind: str, *, line: int | None = None, detail: str = "", at_import: bool = False) -> None:
        super().__init__(kind)
        self.record: dict[str, Message] = {
            "kind": kind,
            "line": line,
            "detail": detail[:MAX_DETAIL],
            "at_import": at_import,
        }


class LoadedModule:
    """The candidate's loaded module, with its functions by name."""

    def __init__(self, module: ModuleType, file: str) -> None:
        self._module = module
        self._file = file

    def call(self, function: str, *args: object, **kwargs: object) -> Any:
        """Return the result of `function(*args, **kwargs)`; raise CandidateError for any error in it.

        The kinds are `not-implemented` (no such function, or a stub), `wrong-signature` (it cannot be
        called like this), `import-error` (it uses a package that is not installed) and `crash`.
        """
        called = getattr(self._module, function, None)
        if not callable(called):
            raise CandidateError("not-implemented", detail=f"there is no function {function}")
        _check_arguments(called, args, kwargs)
        return self.guard(called, *args, **kwargs)

    @property
    def namespace(self) -> dict[str, Any]:
        """The module's names."""
        return vars(self._module)

    def provide(self, **functions: Callable[..., Any]) -> None:
        """Replace functions of the candidate by ours, so that mistakes in them do not affect this criterion."""
        for name, function in functions.items():
            setattr(self._module, name, function)

    def guard(self, called: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        """Call a candidate's callable; raise CandidateError if it raises."""
        try:
            return called(*args, **kwargs)
        except NotImplementedError as error:
            kind = "not-implemented" if _raised_by(error.__traceback__, self._file) else "crash"
            raise self._describe(kind, error) from None
        except ModuleNotFoundError as error:
            raise self._describe("import-error", error) from None
        except BaseException as error:  # noqa: BLE001 - includes the candidate's SystemExit
            raise self._describe("crash", error) from None

    def _describe(self, kind: str, error: BaseException) -> CandidateError:
        return CandidateError(kind, line=_line_in(error.__traceback__, self._file), detail=_one_line(error))


def load(module: str, files: Mapping[str, bytes], root: Path) -> LoadedModule:
    """Write `files` (path to content) below `root`, import `module` from there and return it.

    Raises:
        CandidateError: `syntax-error`, `import-error`, or `crash` for any other error at import.
    """
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if str(root) not in sys.path:
        # Last, so that no file of the candidate is imported instead of a library's or our own module.
        sys.path.append(str(root))
    file = str(root / f"{module.replace('.', '/')}.py")
    try:
        return LoadedModule(_import(module, file), file)
    except SyntaxError as error:
        # A SyntaxError from elsewhere (an `import` of a broken module, `eval`) is not a syntax error of this file.
        own = error.filename in (file, None)
        line = error.lineno if own else _line_in(error.__traceback__, file)
        kind = "syntax-error" if own else "import-error"
        raise CandidateError(kind, line=line, detail=_one_line(error), at_import=True) from None
    except BaseException as error:  # noqa: BLE001 - includes a SystemExit at import
        line = _line_in(error.__traceback__, file)
        kind = "import-error" if isinstance(error, ImportError) else "crash"
        raise CandidateError(kind, line=line, detail=_one_line(error), at_import=True) from None


def _import(module: str, file: str) -> ModuleType:
    """Import a module, with placeholders for packages that its own import statements do not find."""
    missing = MissingPackages()
    while True:
        try:
            found = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if not missing.add(error, file):
                raise
        else:
            missing.is_loaded = True
            return found


def _check_arguments(called: Callable[..., Any], args: tuple[object, ...], kwargs: Mapping[str, object]) -> None:
    try:
        signature = inspect.signature(called)
    except Exception:  # noqa: BLE001 - the signature is not available; the call itself shows errors
        return
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        code = getattr(called, "__code__", None)
        raise CandidateError("wrong-signature", line=getattr(code, "co_firstlineno", None), detail=str(error)) from None


def _line_in(trace: TracebackType | None, file: str) -> int | None:
    lines = [line for frame, line in traceback.walk_tb(trace) if frame.f_code.co_filename == file]
    return lines[-1] if lines else None


def _raised_by(trace: TracebackType | None, file: str) -> bool:
    """Whether a `raise` statement in the file raised the exception, not a library call."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code.co_filename != file:
        return False
    return trace.tb_frame.f_code.co_code[trace.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def _one_line(error: BaseException) -> str:
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - candidate code can also run in an error's __str__
        text = ""
    return " ".join(f"{type(error).__name__}: {text}"[:MAX_DETAIL].split())
