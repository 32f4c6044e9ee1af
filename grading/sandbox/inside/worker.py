"""The warm process inside the sandbox: imports what every call needs once, then forks a confined child per call.

The trusted side sends a line of JSON and one end of a socket over the control socket. The child alone reads the call's
inputs and the candidate's files from that socket and writes its reply to it, so this process never holds either and
the next submission's child inherits nothing of the last one's. Back on the control socket go lines of JSON:
`{"ready": true}` once, then `{"status": …}` for each call that has ended.
"""

import contextlib
import gc
import importlib
import json
import linecache
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

from grading.sandbox.inside import wire
from grading.sandbox.inside.candidate import Candidate, CandidateError, load
from grading.sandbox.inside.jail import CANDIDATE_ROOT, JailError, Limits, clone, confine
from grading.sandbox.inside.memory import collapse

Probe = Callable[[Candidate, Mapping[str, wire.Message]], wire.Message]

# What a child sends first.
CONFINED, NOT_CONFINED = b"+", b"-"
# The exit status of a child that could not be confined, so that it is never mistaken for the candidate's doing.
JAIL_FAILED = 121


def main() -> None:
    """Serve calls until the control socket closes.

    The arguments are `many` or `few` for the calls to expect, the control socket's descriptor, the module of probes
    and the modules to import before the first call.
    """
    calls, descriptor, probes_name, *preload = sys.argv[1:]
    del sys.argv[1:]  # no business of the candidate's
    control = socket.socket(fileno=int(descriptor))
    for name in preload:
        with contextlib.suppress(ImportError):  # a call that needs it will say so
            importlib.import_module(name)
    probes = importlib.import_module(probes_name)
    linecache.clearcache()  # which imports have filled with source lines of ours
    gc.freeze()  # what is there now stays: a child's collector need not touch, and so copy, its pages
    if calls == "many":
        collapse()
    _send(control, {"ready": True})
    while True:
        line, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not line:
            os._exit(0)  # there is nothing to tidy up, and torch would take its time over it
        if descriptors:
            _send(control, _run_call(control, descriptors[0], json.loads(line), probes))


def _run_call(control: socket.socket, reply: int, call: Mapping[str, wire.Message], probes: ModuleType) -> wire.Message:
    """Fork a child for one call, wait until it ends or the trusted side says `kill`, and return how it ended."""
    limits, identity = Limits(**call["limits"]), (os.getuid(), os.getgid())
    try:
        child = clone()
    except OSError as error:
        os.close(reply)
        return {"status": "jail", "detail": str(error)}
    if child == 0:
        _be_the_child(reply, limits, identity, tuple(call["hide"]), probes)
    os.close(reply)
    ended = os.pidfd_open(child)
    try:
        readable, _, _ = select.select([control.fileno(), ended], [], [])
        if ended not in readable:
            control.recv(4096)  # `kill`, or the end of the trusted side: either way this call is over
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(ended)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == JAIL_FAILED:
        return {"status": "jail", "detail": "the call could not be confined"}
    if os.WIFSIGNALED(status):
        return {"status": "ended", "detail": f"killed by signal {os.WTERMSIG(status)}"}
    return {"status": "ended", "detail": f"exit status {os.WEXITSTATUS(status)}"}


def _be_the_child(
    reply: int, limits: Limits, identity: tuple[int, int], hide: tuple[str, ...], probes: ModuleType
) -> None:
    """Run one call and leave the process, come what may."""
    try:
        os.setsid()  # else `kill 0` reaches this worker: a process group crosses pid namespaces
        confine(limits, identity=identity, keep=reply, hide=hide)
    except (JailError, OSError) as error:
        with contextlib.suppress(OSError):
            os.write(reply, NOT_CONFINED + wire.encode(str(error)))
        os._exit(JAIL_FAILED)
    try:
        connection = socket.socket(fileno=reply)
        # Before any of the candidate's code is here: so that nothing it does can pass for a confinement that failed.
        connection.sendall(CONFINED)
        request = wire.decode(receive_frame(connection))
        connection.sendall(answer(request, probes, CANDIDATE_ROOT))
    finally:
        os._exit(0)


def answer(request: wire.Message, probes: ModuleType, root: Path) -> bytes:
    """Run the probe that `request` names on the candidate's files, laid out in `root`; return the reply's frame."""
    observations: dict[str, wire.Message] = {"nonce": request["nonce"]}
    try:
        files = {name: content.data for name, content in request["files"].items()}
        candidate = load(request["module"], files, root)
        probe: Probe = getattr(probes, request["probe"])
        observations["observed"] = probe(candidate, request["inputs"])
    except CandidateError as error:
        observations["error"] = error.record
    except BaseException as error:  # noqa: BLE001 - a probe that candidate code has upset is the candidate's failure
        observations["error"] = CandidateError("crash", detail=type(error).__name__).record
    return wire.encode(observations)


def receive_frame(connection: socket.socket) -> bytes:
    """Read one frame; raise wire.WireError if the other side closes before its end."""
    frame = _receive(connection, wire.HEADER.size)
    return frame + _receive(connection, wire.frame_length(frame) - len(frame))


def _receive(connection: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        part = connection.recv(min(length - len(data), 1 << 16))
        if not part:
            raise wire.WireError("the connection closed before the end of a frame")
        data += part
    return bytes(data)


def _send(control: socket.socket, message: Mapping[str, wire.Message]) -> None:
    control.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main()
