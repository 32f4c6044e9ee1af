"""The messages between the sandbox and the trusted side: plain data and arrays, never code.

A frame consists of the length of a JSON document, the length of a block of bytes, the document and the block.
The document contains None, bool, int, float, str, list and dict; an array is encoded as
`{"$array": [dtype, shape, offset]}` with its bytes in the block. Both sides use this module; the
trusted side treats every frame as hostile.
"""

import json
import math
import struct
from dataclasses import dataclass
from typing import Any

HEADER = struct.Struct(">4sII")
MAGIC = b"GRD1"
MAX_FRAME_BYTES = 8 * 1024 * 1024
# Limit of the JSON document: a decoded list takes up to fifty times its text. Our largest documents have 60 KB.
MAX_DOCUMENT_BYTES = 1024 * 1024
_INT64 = 1 << 63
# More dimensions than any probe sends.
MAX_DIMENSIONS = 8
ITEM_BYTES = {"bool": 1, "uint8": 1, "int32": 4, "int64": 8, "float16": 2, "float32": 4, "float64": 8}
_ARRAY_KEY = "$array"

# Any: a message is any nesting of the types named above, which Python's typing cannot say usefully.
Message = Any


class WireError(ValueError):
    """The bytes are not a frame of this format, or exceed its limits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Array:
    """A tensor as dtype, shape and row-major bytes, for either side to rebuild with its own library."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    def __post_init__(self) -> None:
        """Raise WireError unless dtype, shape and data agree."""
        if self.dtype not in ITEM_BYTES:
            raise WireError(f"dtype {self.dtype!r:.40} is not one of {', '.join(ITEM_BYTES)}")
        if len(self.shape) > MAX_DIMENSIONS or any(n < 0 for n in self.shape):
            raise WireError(f"shape {self.shape!r:.80} is not at most {MAX_DIMENSIONS} non-negative numbers")
        if math.prod(self.shape) * ITEM_BYTES[self.dtype] != len(self.data):
            raise WireError(f"shape {self.shape!r:.80} of {self.dtype} does not fit {len(self.data)} bytes")


def encode(message: Message) -> bytes:
    """Return `message` as one frame; raise WireError if it contains anything but data or is too large."""
    block = bytearray()

    def plain(value: Message) -> Message:
        # Exact types: a subclass of dict or float may run code when it is read.
        if value is None or type(value) in (bool, int, float, str):
            return value
        if type(value) in (list, tuple):
            return [plain(item) for item in value]
        if type(value) is dict:
            return {_key(key): plain(item) for key, item in value.items()}
        if type(value) is Array:
            offset = len(block)
            block.extend(value.data)
            return {_ARRAY_KEY: [value.dtype, list(value.shape), offset]}
        raise WireError(f"a {type(value).__name__:.80} is not data")

    try:
        document = json.dumps(plain(message)).encode()
    except (RecursionError, UnicodeError, ValueError) as error:
        raise WireError(f"cannot be encoded: {type(error).__name__}") from error
    frame = HEADER.pack(MAGIC, len(document), len(block)) + document + bytes(block)
    frame_length(frame[: HEADER.size])
    return frame


def frame_length(header: bytes) -> int:
    """Return the length in bytes of the frame that begins with `header`; raise WireError if it is not a frame."""
    magic, document_length, block_length = HEADER.unpack(header)
    length = HEADER.size + int(document_length) + int(block_length)
    if magic != MAGIC:
        raise WireError("not a frame")
    if length > MAX_FRAME_BYTES:
        raise WireError(f"a frame of {length} bytes exceeds the limit of {MAX_FRAME_BYTES}")
    if document_length > MAX_DOCUMENT_BYTES:
        raise WireError(f"a document of {document_length} bytes exceeds the limit of {MAX_DOCUMENT_BYTES}")
    return length


def decode(frame: bytes) -> Message:
    """Return the message in `frame`; raise WireError if it is malformed in any way."""
    if len(frame) < HEADER.size or frame_length(frame[: HEADER.size]) != len(frame):
        raise WireError("a frame whose length differs from its header")
    _, document_length, _ = HEADER.unpack(frame[: HEADER.size])
    document = frame[HEADER.size : HEADER.size + document_length]
    block = frame[HEADER.size + document_length :]
    used = 0

    def rebuild(value: Message) -> Message:
        nonlocal used
        if isinstance(value, list):
            return [rebuild(item) for item in value]
        if isinstance(value, dict) and _ARRAY_KEY in value:
            array = _array(value, block, used)
            used += len(array.data)
            return array
        if isinstance(value, dict):
            return {text(key): rebuild(item) for key, item in value.items()}
        if type(value) is int and not -_INT64 <= value < _INT64:
            raise WireError("an int of more than 64 bits")
        return text(value) if isinstance(value, str) else value

    def text(value: str) -> str:
        # JSON can contain lone surrogates, which cannot be encoded.
        return value if value.isascii() else value.encode("utf-8", "replace").decode()

    try:
        return rebuild(json.loads(document))
    except (RecursionError, ValueError) as error:
        if isinstance(error, WireError):
            raise
        raise WireError(f"not a document: {type(error).__name__}") from error


def _array(value: dict[str, Message], block: bytes, start: int) -> Array:
    """Return an array whose bytes begin at `start`; each byte belongs to only one array, so it is copied only once."""
    match value:
        case {"$array": [str(dtype), [*shape], int(offset)]} if (
            len(value) == 1
            and dtype in ITEM_BYTES
            and len(shape) <= MAX_DIMENSIONS
            and all(type(n) is int and 0 <= n <= MAX_FRAME_BYTES for n in shape)
            and offset == start
        ):
            end = offset + math.prod(shape) * ITEM_BYTES[dtype]
            return Array(dtype=dtype, shape=tuple(shape), data=block[offset:end])
        case _:
            raise WireError("a malformed array")


def _key(key: Message) -> str:
    if type(key) is not str or key == _ARRAY_KEY:
        raise WireError("a key that is not a plain str")
    return key
