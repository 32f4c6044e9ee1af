"""Replaces missing packages by placeholders, so that a missing package affects only the functions that use it.

While the candidate's module is loading, a placeholder accepts what modules do with a package at that time: names are
taken from it, called as decorators, subscripted in annotations and subclassed. Once the module is loaded, any use of it
raises the ModuleNotFoundError that the import would have raised.
"""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, TracebackType
from typing import Any, NoReturn

# A module has about ten imports, and is executed again for each missing package.
MOST_PACKAGES = 20
# Special methods that Python looks up on the type and that modules do not use while loading.
_USES = (
    *("__bool__", "__len__", "__iter__", "__next__", "__contains__", "__setitem__", "__enter__", "__exit__"),
    *("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__rtruediv__", "__neg__"),
    *("__lt__", "__le__", "__gt__", "__ge__", "__int__", "__float__", "__index__", "__instancecheck__"),
)


class MissingPackages(MetaPathFinder, Loader):
    """Finds placeholders for the packages that a module could not import."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self.is_loaded = False  # whether the candidate's module is loaded

    def add(self, error: ModuleNotFoundError, file: str) -> bool:
        """Add a placeholder for the package that an import in `file` did not find; return whether a retry can help."""
        name = error.name
        known = name is None or name in self._names or len(self._names) == MOST_PACKAGES
        if name is None or known or _innermost(error.__traceback__) != file:
            return False
        self._names.add(name)
        if self not in sys.meta_path:
            sys.meta_path.append(self)  # last, so that installed packages are found first
        return True

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:  # noqa: ARG002
        """Return the spec of a placeholder for a missing package or its submodules."""
        parts = fullname.split(".")
        above = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
        return None if above.isdisjoint(self._names) else ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return a placeholder."""
        return _MissingModule(spec.name, self)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: a placeholder has no code."""


class _MissingModule(ModuleType):
    def __init__(self, name: str, packages: MissingPackages) -> None:
        super().__init__(name)
        self._packages = packages

    def __getattr__(self, name: str) -> "_Missing":
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _Missing(self.__name__, self._packages)._unless_loaded()


class _Missing:
    """A name from a missing package, or a value derived from one."""

    def __init__(self, package: str, packages: MissingPackages) -> None:
        self._package = package
        self._packages = packages

    def _unless_loaded(self, *_: object, **__: object) -> "_Missing":
        if self._packages.is_loaded:
            self._raise()
        return self

    def _raise(self, *_: object, **__: object) -> NoReturn:
        raise ModuleNotFoundError(f"No module named {self._package!r}", name=self._package)

    __call__ = __getitem__ = __or__ = __ror__ = _unless_loaded

    def __getattr__(self, name: str) -> "_Missing":
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._unless_loaded()

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        """Return a base class, so that a candidate's subclass can be defined but not instantiated."""

        def refuse(cls: type, *_: object, **__: object) -> NoReturn:  # noqa: ARG001 - a class's __new__
            self._raise()

        return (type("Missing", (), {"__new__": refuse, "__init_subclass__": classmethod(lambda cls, **_: None)}),)  # noqa: ARG005


for _use in _USES:
    setattr(_Missing, _use, _Missing._raise)


def forget_placeholders() -> None:
    """Remove all placeholders from this process."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, MissingPackages)]
    for name in [name for name, module in sys.modules.items() if isinstance(module, _MissingModule)]:
        del sys.modules[name]


def _innermost(trace: TracebackType | None) -> str:
    """Return the file of the statement that raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else trace.tb_frame.f_code.co_filename
