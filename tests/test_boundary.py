"""Tests of replies from the sandbox: each matches a typed record or fails the call, and comparisons never broadcast."""

import importlib
from typing import Annotated, Any

import numpy as np
import pytest
from msgspec import Meta

from grading.errors import ContentError
from grading.run.observations import (
    AtMost,
    Floats,
    Indices,
    Misfit,
    Observation,
    ReportedError,
    ReturnedNumber,
    Sized,
    Sizes,
    Values,
    read,
)
from grading.sandbox.inside import wire
from grading.sandbox.inside.wire import Array
from hidden_tests.compare import all_true, close, equal
from hidden_tests.observations import (
    broken_pipeline,
    evaluation,
    experiment_tracking,
    model_improvement,
    oversampling,
    production,
    training_loop,
)


class Part(Observation, frozen=True, kw_only=True):
    """A part of an observation with several parts."""

    values: Annotated[Floats, Values("rows")]


class Whole(Observation, frozen=True, kw_only=True):
    """An observation with a field of every type."""

    exact: Annotated[Floats, Values("rows", 2, finite=True)]
    bounded: Annotated[Floats, Values(AtMost("rows", 2))]
    any_shape: Annotated[Floats | None, Values(most=4)]
    drawn: Annotated[Indices, Values("rows")]
    parts: Annotated[list[Part], Sized()]
    words: Annotated[list[Annotated[str, Meta(max_length=3)]], Meta(max_length=2)]
    number: ReturnedNumber
    error: ReportedError | None


SIZES: Sizes = {"rows": 3, "parts": [{"rows": 1}, {"rows": 2}]}


def floats(*shape: int, value: float = 0.0) -> Array:
    """Return an array in the form in which a probe sends it."""
    values = np.full(shape, value)
    return Array(dtype="float64", shape=shape, data=values.tobytes())


def whole(**changes: Any) -> dict[str, Any]:
    """Return a valid reply with some of its fields changed."""
    fitting = {
        "exact": floats(3, 2),
        "bounded": floats(6),
        "any_shape": floats(2, 2),
        "drawn": Array(dtype="int64", shape=(3,), data=bytes(24)),
        "parts": [{"values": floats(1)}, {"values": floats(2)}],
        "words": ["abc"],
        "number": {"kind": "number", "value": 1.0},
        "error": None,
    }
    return fitting | changes


def test_a_valid_reply_is_read_as_numpy_arrays() -> None:
    """A reply that follows every rule is read, and its arrays keep their shapes."""
    found = read(whole(), Whole, SIZES)

    assert found.exact.shape == (3, 2)
    assert [part.values.shape for part in found.parts] == [(1,), (2,)]
    assert found.number.number == 1.0


MISFITS = {
    "an empty array that broadcasts": whole(exact=floats(0, 2)),
    "a column that broadcasts": whole(exact=floats(3, 1)),
    "a third dimension": whole(exact=floats(1, 3, 2)),
    "no dimension": whole(exact=floats()),
    "a value that is not finite": whole(exact=floats(3, 2, value=np.nan)),
    "more rows than allowed": whole(bounded=floats(7)),
    "more values than allowed": whole(any_shape=floats(5)),
    "another dtype": whole(drawn=floats(3)),
    "a list in place of an array": whole(exact=[[0.0, 0.0]] * 3),
    "a missing field": {name: value for name, value in whole().items() if name != "exact"},
    "an unknown field": whole(more=1),
    "too few parts": whole(parts=[{"values": floats(1)}]),
    "too many parts": whole(parts=[{"values": floats(1)}, {"values": floats(2)}, {"values": floats(2)}]),
    "a part of another size": whole(parts=[{"values": floats(2)}, {"values": floats(2)}]),
    "a list that is too long": whole(words=["a"] * 3),
    "a text that is too long": whole(words=["abcd"]),
    "a number without a value": whole(number={"kind": "number", "value": None}),
    "a value of what is no number": whole(number={"kind": "none", "value": 1.0}),
    "a text for a number": whole(number={"kind": "number", "value": "1.0"}),
    "an error of an unknown kind": whole(error={"kind": "cheap", "line": None, "detail": "", "at_import": False}),
    "an error in line 0": whole(error={"kind": "crash", "line": 0, "detail": "", "at_import": False}),
    "a bool for a line": whole(error={"kind": "crash", "line": True, "detail": "", "at_import": False}),
}


@pytest.mark.parametrize("case", MISFITS)
def test_an_invalid_reply_is_refused_with_its_field(case: str) -> None:
    """Shape, dtype, size, length and finiteness of a reply are checked before any value is compared."""
    with pytest.raises(Misfit, match=r"\$|more|field"):
        read(MISFITS[case], Whole, SIZES)


def test_a_record_must_bound_every_field() -> None:
    """A list, text, int or array without a bound in a record is an error of the assignment."""

    class OpenList(Observation, frozen=True, kw_only=True):
        values: list[float]

    class OpenText(Observation, frozen=True, kw_only=True):
        word: str

    class OpenInt(Observation, frozen=True, kw_only=True):
        count: int

    class OpenArray(Observation, frozen=True, kw_only=True):
        values: Floats

    class OpenWithin(Observation, frozen=True, kw_only=True):
        within: Annotated[list[OpenText], Meta(max_length=1)]

    for record in (OpenList, OpenText, OpenInt, OpenArray, OpenWithin):
        with pytest.raises(ContentError, match="add a bound"):
            read({}, record, {})


def test_arrays_of_a_frame_do_not_overlap() -> None:
    """Arrays of a frame must not overlap, so a small frame cannot refer to the same data thousands of times."""
    document = b'[{"$array": ["uint8", [4], 0]}, {"$array": ["uint8", [4], 0]}]'

    with pytest.raises(wire.WireError, match="malformed array"):
        wire.decode(wire.HEADER.pack(wire.MAGIC, len(document), 4) + document + bytes(4))


def test_a_document_and_its_numbers_are_bounded() -> None:
    """The JSON document of a frame has a smaller limit than its arrays, and ints beyond 64 bits are refused."""
    with pytest.raises(wire.WireError, match="a document of"):
        wire.encode(["x" * wire.MAX_DOCUMENT_BYTES])
    with pytest.raises(wire.WireError, match="64 bits"):
        wire.decode(wire.encode([1 << 63]))
    assert wire.decode(wire.encode([-(1 << 63)])) == [-(1 << 63)]


@pytest.mark.parametrize("shape", [(0, 1), (0, 5), (0, 1, 1), (3, 0, 1), (0, 1, 5), (1, 5), (5, 1), (1,), ()])
def test_arrays_of_different_shapes_are_never_compared(shape: tuple[int, ...]) -> None:
    """Arrays that NumPy would broadcast against five values are refused by the comparison."""
    with pytest.raises(ValueError, match="cannot compare"):
        close(np.zeros(shape), np.zeros(5), rtol=0.0, atol=1.0)
    with pytest.raises(ValueError, match="cannot compare"):
        equal(np.zeros(shape), np.zeros(5))


def test_empty_arrays_are_never_compared() -> None:
    """A comparison of empty arrays is refused, because it would be true for any expected values."""
    with pytest.raises(ValueError, match="cannot compare empty"):
        close([], [], rtol=0.0, atol=0.0)
    with pytest.raises(ValueError, match="cannot compare empty"):
        equal([], [])
    with pytest.raises(ValueError, match="cannot compare empty"):
        all_true(np.array([], dtype=bool))


def test_close_uses_tolerances_and_rejects_nan() -> None:
    """Values are close within atol + rtol * |expected|, and NaN is close to nothing."""
    assert close([1.0, 2.0], [1.05, 2.05], rtol=0.0, atol=0.1)
    assert not close([1.0, 2.0], [1.05, 2.5], rtol=0.0, atol=0.1)
    assert not close([np.nan], [np.nan], rtol=0.0, atol=1.0)
    assert equal([1, 2], [1, 2])
    assert not equal([1, 2], [1, 3])


# A probe runs in the sandbox and cannot import the records, so it repeats their bounds.
RETURNED = (broken_pipeline, model_improvement, oversampling, production)
BOUNDS = {
    ("tensors", "MOST_RETURNED"): min(of.MOST_RETURNED for of in RETURNED),
    ("training_loop", "_MAX_EVENTS"): training_loop.MAX_EVENTS,
    ("evaluation", "_MOST_KEPT"): evaluation.MOST_KEPT,
    ("broken_pipeline", "_RECORDED_EPOCHS"): broken_pipeline.RECORDED_EPOCHS,
    ("broken_pipeline", "_MAX_EVENTS"): broken_pipeline.MOST_EVENTS,
    ("experiment_tracking", "_MAX_NAMES"): experiment_tracking.MOST_NAMES,
    ("experiment_tracking", "_MAX_POINTS"): experiment_tracking.MOST_POINTS,
    ("experiment_tracking", "_MAX_RUNS"): experiment_tracking.MOST_RUNS,
    ("production", "_MAX_FILES"): production.MOST_FILES,
    ("production", "_MAX_BYTES"): production.MOST_BYTES,
}


@pytest.mark.parametrize(("probe", "bound"), BOUNDS, ids=".".join)
def test_a_probe_sends_no_more_than_its_record_allows(probe: str, bound: str) -> None:
    """A probe and its record have the same bounds; otherwise an honest reply could count as a crash."""
    assert getattr(importlib.import_module(f"hidden_tests.probes.{probe}"), bound) == BOUNDS[probe, bound]
