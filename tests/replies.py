"""Generate replies that match a record, as a hostile submission may send them."""

import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Literal

import numpy as np
from msgspec import Meta

from grading.run.observations import AtMost, Observation, Sized, Sizes, Values
from grading.sandbox.inside.wire import Array
from grading.sandbox.replies import REPORTED_KINDS

# Values that are difficult for arithmetic.
_FLOATS = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-45, 3e38, -1e308, float("inf"), float("-inf"), float("nan"))


class Replies:
    """Generates random replies, or replies of the largest size that their record allows.

    Args:
        seed: the seed of the random choices.
        largest: whether every list, text and array is as long as allowed.
    """

    def __init__(self, seed: int, *, largest: bool = False) -> None:
        self._random = np.random.default_rng(seed)
        self._largest = largest

    def of(self, record: type[Observation], sizes: Sizes) -> Mapping[str, Any]:
        """Return a reply of the shape of a record, as decoded from the wire."""
        found: dict[str, Any] = {}
        tag = record.__struct_config__.tag
        if tag is not None:
            found[str(record.__struct_config__.tag_field)] = tag
        for name, hint in typing.get_type_hints(record, include_extras=True).items():
            if typing.get_origin(hint) is not typing.ClassVar:
                found[name] = self._value(name, hint, sizes, ())
        return _consistent(found)

    def _value(self, name: str, hint: Any, sizes: Sizes, extras: Sequence[object]) -> Any:
        if typing.get_origin(hint) is typing.Annotated:
            inner, *more = typing.get_args(hint)
            return self._value(name, inner, sizes, (*extras, *more))
        origin = typing.get_origin(hint)
        if origin is Literal:
            return self._random.choice(np.array(typing.get_args(hint), dtype=object))
        if origin in (typing.Union, UnionType):
            kinds = typing.get_args(hint)
            kinds = tuple(kind for kind in kinds if kind is not type(None)) if self._largest else kinds
            return self._value(name, kinds[self._random.integers(len(kinds))], sizes, extras)
        if hint is type(None):
            return None
        rule = next((extra for extra in extras if isinstance(extra, Values)), None)
        if origin is np.ndarray and rule is not None:
            (dtype,) = typing.get_args(typing.get_args(hint)[1])
            return self._array(rule, np.dtype(dtype), sizes)
        if origin is list:
            return self._list(name, typing.get_args(hint)[0], sizes, extras)
        if origin is dict:
            key, value = typing.get_args(hint)
            pairs = [(self._value(name, key, sizes, ()), self._value(name, value, sizes, ())) for _ in range(3)]
            return dict(pairs)
        if isinstance(hint, type) and issubclass(hint, Observation):
            return self.of(hint, sizes)
        return self._plain(name, hint, extras)

    def _list(self, name: str, item: Any, sizes: Sizes, extras: Sequence[object]) -> list[Any]:
        # The rule for arrays in a list is an annotation of the list.
        inherited = [extra for extra in extras if isinstance(extra, Values)]
        if any(isinstance(extra, Sized) for extra in extras):
            of_items = sizes[name]
            each: Sequence[Sizes] = [{}] * of_items if isinstance(of_items, int) else of_items
            return [self._value(name, item, {**sizes, **own}, inherited) for own in each]
        most = next(extra.max_length for extra in extras if isinstance(extra, Meta) and extra.max_length is not None)
        length = most if self._largest else int(self._random.integers(min(most, 6) + 1))
        one = self._value(name, item, sizes, inherited)
        return [one if self._largest else self._value(name, item, sizes, inherited) for _ in range(length)]

    def _array(self, rule: Values, dtype: np.dtype[Any], sizes: Sizes) -> Array:
        shape = [self._length(length, sizes) for length in rule.shape]
        if rule.most is not None:
            most = rule.most
            side = int(most**0.5)
            shapes: list[list[int]] = [[], [0], [1], [most], [side, side], [0, 3], [3, 1]]
            shape = [most] if self._largest else shapes[self._random.integers(len(shapes))]
        if dtype.kind == "i":
            values = self._random.choice(np.array([0, 1, 2, -1, 2**62, -(2**63)], dtype=dtype), shape)
        elif dtype.kind == "u":
            values = self._random.choice(np.array([0, 1, 255], dtype=dtype), shape)
        else:
            pool = [value for value in _FLOATS if np.isfinite(value)] if rule.finite else list(_FLOATS)
            style = self._random.integers(3)
            values = self._random.choice(pool, shape) if style else self._random.normal(size=shape)
        values = np.ascontiguousarray(values, dtype=dtype)
        return Array(dtype=dtype.name, shape=values.shape, data=values.tobytes())

    def _length(self, length: int | str | AtMost, sizes: Sizes) -> int:
        if isinstance(length, AtMost):
            most = length.factor * int(typing.cast(int, sizes[length.size]))
            return most if self._largest else int(self._random.integers(most + 1))
        return length if isinstance(length, int) else int(typing.cast(int, sizes[length]))

    def _plain(self, name: str, hint: Any, extras: Sequence[object]) -> Any:
        bounds = [extra for extra in extras if isinstance(extra, Meta)]
        if hint is bool:
            return bool(self._random.integers(2))
        if hint is float:
            return float(self._random.choice(_FLOATS))
        if hint is int:
            low = next(int(bound.ge) for bound in bounds if bound.ge is not None)
            high = next(int(bound.le) for bound in bounds if bound.le is not None)
            return int(self._random.choice([low, high, min(high, low + 1), min(high, max(low, 150))]))
        most = next(bound.max_length for bound in bounds if bound.max_length is not None)
        if name == "kind":
            return str(self._random.choice(sorted(REPORTED_KINDS)))
        words = ("", "precision", "accuracy", "0", "FINISHED", "epochs", "train_loss", "\x1b[31m<script>\u202e|`")
        return "x" * most if self._largest else str(self._random.choice(words))[:most]


def _consistent(found: dict[str, Any]) -> dict[str, Any]:
    """Make the value of a returned number consistent with its kind."""
    if {"kind", "value", "requires_grad"} <= set(found):
        found["value"] = (found["value"] or 0.0) if found["kind"] == "number" else None
    return found


def peak_bytes() -> int:
    """Return the peak memory of this process since it started its current program.

    The value of getrusage is different: it starts with the memory of the process that forked this one. See
    proc_pid_status(5).
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])
