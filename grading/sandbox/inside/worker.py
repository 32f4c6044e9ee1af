"""The warm process inside the sandbox: imports the needed modules once, then forks a confined child per call.

The trusted side sends packets over the control socket: an order in JSON with one end of another socket, or `kill`,
which ends the running call and is ignored if there is none. Only the child reads the call's inputs and the candidate's
files from the order's socket and writes its reply to it, so this process never holds them and the next submission's
child inherits nothing. The worker answers with JSON packets: `{"ready": true}` once, then `{"status": …}` for
each call that has ended.
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
from grading.sandbox.inside.budget import Budget, IdleWatch
from grading.sandbox.inside.candidate import CandidateError, LoadedModule, load
from grading.sandbox.inside.jail import CANDIDATE_ROOT, JailError, Limits, clone, confine
from grading.sandbox.inside.memory import collapse

Probe = Callable[[LoadedModule, Mapping[str, wire.Message]], wire.Message]

# The first byte that a child sends.
CONFINED, NOT_CONFINED = b"+", b"-"


def main() -> None:
    """Serve calls until the control socket closes.

    The arguments are `many` or `few` for the calls to expect, the control socket's descriptor, the module of probes
    and the modules to import before the first call.
    """
    calls, descriptor, probes_name, *preload = sys.argv[1:]
    del sys.argv[1:]  # hidden from the candidate
    control = socket.socket(fileno=int(descriptor))
    for name in preload:
        with contextlib.suppress(ImportError):  # a call that needs the module reports it
            importlib.import_module(name)
    probes = importlib.import_module(probes_name)
    linecache.clearcache()  # imports have filled it with lines of our sources
    gc.freeze()  # a child's collector then does not touch, and so copy, these pages
    if calls == "many":
        collapse()
    _send(control, {"ready": True})
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not order:
            os._exit(0)  # no clean-up is needed, and torch's is slow
        if descriptors:
            _send(control, _run_call(control, descriptors[0], json.loads(order), probes))


def _run_call(
    control: socket.socket, reply: int, order: Mapping[str, wire.Message], probes: ModuleType
) -> wire.Message:
    """Fork a child for one call, wait until it ends or its time is up, and return how it ended."""
    limits, budget, identity = Limits(**order["limits"]), Budget(**order["budget"]), (os.getuid(), os.getgid())
    try:
        child = clone()
    except OSError as error:
        os.close(reply)
        return {"status": "ended", "detail": str(error), "seconds": 0.0}
    if child == 0:
        _run_in_child(reply, limits, budget, identity, tuple(order["hide"]), probes)
    os.close(reply)
    is_idle, idle_seconds = _wait_for_end(child, control, budget)
    _, status, usage = os.wait4(child, 0)
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return {**_end_status(status, cpu_seconds, budget, is_idle=is_idle), "seconds": cpu_seconds + idle_seconds}


def _end_status(status: int, cpu_seconds: float, budget: Budget, *, is_idle: bool) -> dict[str, wire.Message]:
    if os.WIFEXITED(status):
        return {"status": "ended", "detail": f"exit status {os.WEXITSTATUS(status)}"}
    signalled = os.WTERMSIG(status)
    if is_idle:
        return {"status": "timeout", "detail": f"idle for {budget.idle_seconds:g} s: asleep, deadlocked or stopped"}
    # The limit counts clock ticks and `usage` is exact, so they differ slightly. The only other cause of SIGKILL is
    # a machine out of memory; the child cannot kill itself, being process 1 of its namespace.
    if signalled == signal.SIGKILL and cpu_seconds > budget.cpu_seconds / 2:
        return {"status": "timeout", "detail": f"used {budget.cpu_seconds} s of CPU time"}
    return {"status": "ended", "detail": f"killed by signal {signalled}"}


def _wait_for_end(child: int, control: socket.socket, budget: Budget) -> tuple[bool, float]:
    """Wait until the child has ended, and kill it if it must.

    Return whether it was killed for being idle too long, and the seconds for which it was idle.
    """
    watch = IdleWatch(child)
    ended = os.pidfd_open(child)
    try:
        while ended not in (readable := select.select([control.fileno(), ended], [], [], watch.pause)[0]):
            if readable:
                control.recv(4096)  # `kill`, or the trusted side has ended: end this call
                break
            watch.look()
            if watch.idle_seconds >= budget.idle_seconds:
                break
        else:
            return False, watch.idle_seconds
        os.kill(child, signal.SIGKILL)
        return not readable, watch.idle_seconds
    finally:
        os.close(ended)


def _run_in_child(
    reply: int,
    limits: Limits,
    budget: Budget,
    identity: tuple[int, int],
    hide: tuple[str, ...],
    probes: ModuleType,
) -> None:
    """Run one call, then always exit."""
    try:
        os.setsid()  # else `kill 0` reaches this worker: process groups span pid namespaces
        confine(limits, cpu_seconds=budget.cpu_seconds, identity=identity, keep=reply, hide=hide)
    except (JailError, OSError) as error:
        with contextlib.suppress(OSError):
            os.write(reply, NOT_CONFINED + wire.encode(str(error)))
        os._exit(1)
    try:
        connection = socket.socket(fileno=reply)
        # Sent before candidate code is received, so that it cannot fake a failed confinement.
        connection.sendall(CONFINED)
        request = wire.decode(receive_frame(connection))
        connection.sendall(answer(request, probes, CANDIDATE_ROOT))
    finally:
        os._exit(0)


def answer(request: wire.Message, probes: ModuleType, root: Path) -> bytes:
    """Run the requested probe on the candidate's files, written below `root`; return the reply's frame."""
    observations: dict[str, wire.Message] = {"nonce": request["nonce"]}
    try:
        files = {name: content.data for name, content in request["files"].items()}
        candidate = load(request["module"], files, root)
        probe: Probe = getattr(probes, request["probe"])
        observations["observed"] = probe(candidate, request["inputs"])
    except CandidateError as error:
        observations["error"] = error.record
    except BaseException as error:  # noqa: BLE001 - an error that candidate code causes in a probe is the candidate's failure
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
    control.sendall(json.dumps(message).encode())


if __name__ == "__main__":
    main()
