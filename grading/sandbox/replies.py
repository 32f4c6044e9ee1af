"""Writes the request and reads the reply of a call, on the trusted side."""

from grading.sandbox.calls import Call, CallError, Reply, Status
from grading.sandbox.inside import wire
from grading.sandbox.inside.candidate import MAX_DETAIL

# The kinds of error that code inside the sandbox may report; a reply with any other kind is forged.
REPORTED_KINDS = frozenset(
    {"syntax-error", "import-error", "not-implemented", "wrong-signature", "crash"},
)
MAX_LINE = 10**6


def write_request(call: Call, *, nonce: str) -> bytes:
    """Return the frame that requests `call`."""
    files = {
        name: wire.Array(dtype="uint8", shape=(len(content),), data=content)
        for name, content in call.code.files.items()
    }
    message = {"module": call.code.module, "files": files, "probe": call.probe, "inputs": dict(call.inputs)}
    return wire.encode({**message, "nonce": nonce})


def read_reply(frame: bytes, *, nonce: str) -> Reply:
    """Return the reply in `frame`; a malformed reply counts as if the candidate's process had died."""
    try:
        message = wire.decode(frame)
    except wire.WireError as error:
        return died(f"a malformed reply: {error}")
    match message:
        case {"nonce": str(reply_nonce), "observed": dict(observed)} if reply_nonce == nonce and len(message) == 2:
            return Reply(status=Status.ANSWERED, observed=observed)
        case {
            "nonce": str(reply_nonce),
            "error": {
                "kind": str(kind),
                "line": int() | None as line,
                "detail": str(detail),
                "at_import": bool(at_import),
            },
        } if reply_nonce == nonce and kind in REPORTED_KINDS and _is_line(line):
            failure = CallError(kind=kind, line=line, detail=detail[:MAX_DETAIL], at_import=at_import)
            return Reply(status=Status.FAILED, error=failure)
        case _:
            return died("a malformed reply")


def _is_line(line: int | None) -> bool:
    return line is None or (type(line) is int and 0 < line <= MAX_LINE)


def died(detail: str) -> Reply:
    """Return the reply for a process that ended without one."""
    return Reply(status=Status.DIED, error=CallError(kind="crash", line=None, detail=detail))
