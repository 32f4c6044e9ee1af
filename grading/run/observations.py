"""The trust boundary: a probe's observation enters the trusted side here as a validated, typed record.

A record is a subclass of `Observation`. Every field declares its bounds: `msgspec.Meta` bounds texts, numbers and
lists, `Values` bounds arrays by shape, size and finiteness, and the type gives the dtype. A value that does not match
raises `Misfit`, which is the candidate's failure; a value that matches needs no further check. A record that leaves a
field unbounded is an error of the assignment.
"""

import functools
import math
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from grading.errors import ContentError
from grading.sandbox.inside.candidate import MAX_DETAIL
from grading.sandbox.inside.wire import Array
from grading.sandbox.replies import MAX_LINE, REPORTED_KINDS

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
# Bounds shared by many records.
Count = Annotated[int, Meta(ge=0, le=10**9)]
Line = Annotated[int, Meta(ge=1, le=MAX_LINE)]
Word = Annotated[str, Meta(max_length=40)]
Text = Annotated[str, Meta(max_length=MAX_DETAIL)]

# The sizes of one call, by the names that `Values` uses; for a list of records, one mapping for each of its items.
Sizes = Mapping[str, int | Sequence["Sizes"]]


class Misfit(ValueError):  # noqa: N818 - a result, not an error of the grader
    """A value from the sandbox does not match the record; the message names the field, the value and the rule."""


class Observation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base class of all observation records."""


@dataclass(frozen=True, slots=True)
class AtMost:
    """A length up to `factor` times a named size."""

    size: str
    factor: int = 1


@dataclass(frozen=True, init=False, slots=True)
class Values:
    """The rule for an array: its shape, and whether every value must be finite.

    Each length is a number, the name of one of the call's sizes, or `AtMost` for a bound. With `most`, any shape with
    up to that many values is accepted, for results that the candidate's code may return in a wrong shape.
    """

    shape: tuple[int | str | AtMost, ...]
    most: int | None
    finite: bool

    def __init__(self, *shape: int | str | AtMost, most: int | None = None, finite: bool = False) -> None:
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "most", most)
        object.__setattr__(self, "finite", finite)

    def check(self, values: NDArray[Any], sizes: Sizes) -> None:
        """Raise Misfit if an array violates the rule."""
        if self.most is not None:
            if values.size > self.most:
                raise Misfit(f"{values.size} values, expected at most {self.most}")
        elif len(values.shape) != len(self.shape) or not all(
            _fits(found, length, sizes) for found, length in zip(values.shape, self.shape, strict=True)
        ):
            wanted = ", ".join(_named(length, sizes) for length in self.shape)
            raise Misfit(f"shape {values.shape}, expected ({wanted}{',' if len(self.shape) == 1 else ''})")
        if self.finite and not np.isfinite(values).all():
            raise Misfit("a value that is not finite")


@dataclass(frozen=True, slots=True)
class Sized:
    """The rule for a list whose length is the call's size of the field's name: a number, or each item's sizes."""


class ReportedError(Observation, frozen=True, kw_only=True):
    """An error in the candidate's code that a probe caught."""

    kind: Word
    line: Line | None
    detail: Text
    at_import: bool

    def __post_init__(self) -> None:
        """Refuse unknown kinds, which could pretend to be a cheaper mistake."""
        if self.kind not in REPORTED_KINDS:
            raise ValueError(f"errors of kind {self.kind!r} cannot be reported")


class ReturnedNumber(Observation, frozen=True, kw_only=True):
    """The value that the candidate's code returned in place of a number."""

    kind: Literal["none", "number", "other"]
    value: float | None = None  # only set for a number
    requires_grad: bool = False
    type: Word = ""  # type name of any other value

    def __post_init__(self) -> None:
        """Refuse a number without a value, and a value without a number."""
        if (self.kind == "number") != (self.value is not None):
            raise ValueError("a number must have a value, and other results must not")

    @property
    def number(self) -> float:
        """The number, or NaN if the result is not a number."""
        return math.nan if self.value is None else self.value


_Record = TypeVar("_Record", bound=Observation)


def read(observed: Mapping[str, Any], record: type[_Record], sizes: Sizes) -> _Record:
    """Return a probe's observation as a validated record.

    Args:
        observed: the decoded reply: plain data and `wire.Array`.
        record: the expected type.
        sizes: the sizes that the record's arrays and lists refer to.

    Raises:
        Misfit: the observation does not match the record.
        ContentError: the record leaves a field unbounded.
    """
    _expect_bounds(record)
    try:
        found = msgspec.convert(observed, record, dec_hook=_to_numpy)
    except msgspec.ValidationError as error:
        raise Misfit(str(error)) from None
    _check(found, sizes, "$")
    return found


def _to_numpy(kind: Any, value: Any) -> NDArray[Any]:
    """Return a wire array as a read-only numpy array; msgspec adds the field to the error."""
    if type(value) is not Array:
        raise ValueError("not an array")
    wanted = _dtype(kind)
    if value.dtype != wanted:
        raise ValueError(f"dtype {value.dtype}, expected {wanted}")
    return np.frombuffer(value.data, dtype=wanted).reshape(value.shape)


@functools.cache
def _dtype(kind: Any) -> str:
    (dtype,) = typing.get_args(typing.get_args(kind)[1])
    return str(np.dtype(dtype))


def _check(record: Observation, sizes: Sizes, where: str) -> None:
    for name, rule in _rules(type(record)).items():
        values = getattr(record, name)
        for array in values if isinstance(values, list) else [values]:
            if array is not None:
                try:
                    rule.check(array, sizes)
                except Misfit as misfit:
                    raise Misfit(f"{misfit} - at `{where}.{name}`") from None
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, Observation):
            _check(value, sizes, f"{where}.{name}")
        elif isinstance(value, list):
            of_items = _sizes_of_items(type(record), name, len(value), sizes, where)
            for index, (item, own) in enumerate(zip(value, of_items, strict=True)):
                if isinstance(item, Observation):
                    _check(item, {**sizes, **own}, f"{where}.{name}[{index}]")


def _sizes_of_items(record: type[Observation], name: str, found: int, sizes: Sizes, where: str) -> Sequence[Sizes]:
    """Return the sizes of each item of a list; raise Misfit if the list's length differs from the call's size."""
    if name not in _sized(record):
        return [{}] * found
    expected = sizes.get(name)
    if expected is None:
        raise ContentError(f"{record.__name__}.{name}: the call does not define this size")
    of_items: Sequence[Sizes] = [{}] * expected if isinstance(expected, int) else expected
    if found != len(of_items):
        raise Misfit(f"{found} items, expected {len(of_items)} - at `{where}.{name}`")
    return of_items


@functools.cache
def _sized(record: type[Observation]) -> frozenset[str]:
    """Return the fields whose length is one of the call's sizes."""
    return frozenset(name for name, extras in _extras(record).items() if any(isinstance(e, Sized) for e in extras))


@functools.cache
def _rules(record: type[Observation]) -> Mapping[str, Values]:
    """Return the rule of each field that holds an array or a list of arrays."""
    return {name: extra for name, extras in _extras(record).items() for extra in extras if isinstance(extra, Values)}


def _extras(record: type[Observation]) -> Mapping[str, Sequence[object]]:
    hints = typing.get_type_hints(record, include_extras=True)
    return {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}


@functools.cache
def _expect_bounds(record: type[Observation]) -> None:
    """Raise ContentError unless every field of a record, and of the records in it, has a bound."""
    rules, sized = _rules(record), _sized(record)
    info = msgspec.inspect.type_info(record)
    assert isinstance(info, msgspec.inspect.StructType)
    for field in info.fields:
        kind = field.type
        if field.name in sized and isinstance(kind, msgspec.inspect.ListType):
            kind = kind.item_type
        if problem := _unbounded(kind, has_rule=field.name in rules):
            raise ContentError(f"{record.__module__}.{record.__name__}.{field.name}: {problem}; add a bound")


def _unbounded(kind: msgspec.inspect.Type, *, has_rule: bool) -> str:
    """Return a text about the part of a type that is unbounded, empty if there is none."""
    match kind:
        case msgspec.inspect.StructType(cls=record):
            _expect_bounds(record)
            return ""
        case msgspec.inspect.UnionType(types=kinds):
            return next(filter(None, (_unbounded(one, has_rule=has_rule) for one in kinds)), "")
        case msgspec.inspect.Metadata(type=inner):
            return _unbounded(inner, has_rule=has_rule)
        case msgspec.inspect.ListType(item_type=item, max_length=most):
            return "a list of any length" if most is None else _unbounded(item, has_rule=has_rule)
        case msgspec.inspect.DictType(key_type=key, value_type=value, max_length=most):
            if most is None:
                return "a mapping of any length"
            return _unbounded(key, has_rule=has_rule) or _unbounded(value, has_rule=has_rule)
        case msgspec.inspect.StrType(max_length=most):
            return "a text of any length" if most is None else ""
        case msgspec.inspect.IntType(ge=least, le=most):
            return "an int of any size" if least is None or most is None else ""
        case msgspec.inspect.CustomType() | msgspec.inspect.AnyType():
            return "" if has_rule else "an array without a rule"
        case _:
            return ""


def _fits(found: int, length: int | str | AtMost, sizes: Sizes) -> bool:
    if isinstance(length, AtMost):
        return found <= length.factor * _size(length.size, sizes)
    return found == (length if isinstance(length, int) else _size(length, sizes))


def _named(length: int | str | AtMost, sizes: Sizes) -> str:
    if isinstance(length, AtMost):
        return f"at most {length.factor * _size(length.size, sizes)}"
    return str(length if isinstance(length, int) else _size(length, sizes))


def _size(name: str, sizes: Sizes) -> int:
    size = sizes.get(name)
    if not isinstance(size, int):
        raise ContentError(f"an observation refers to the size {name!r}, which the call does not define")
    return size
