"""Tests of the system call filter: it allows what was measured and refuses everything else."""

import errno
import json
import platform
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from grading.sandbox.calls import Call, Reply, Sandbox, Status, SubmittedCode
from grading.sandbox.inside import seccomp
from grading.sandbox.inside.system_call_numbers import NUMBERS
from grading.sandbox.inside.system_calls import (
    ALLOWED,
    CHECKED,
    DONE_WITHOUT,
    LISTS,
    MARGIN,
    NOT_PERMITTED,
    OTHERWISE,
    names,
)
from tests.bench.system_calls import FEATURES, MEASURED, find_headers, numbers_module
from tests.bench.system_calls import NUMBERS as NUMBERS_MODULE
from tests.conftest import BUDGET

# Linux has about 470 calls in 2026. Calls of the x32 ABI have this bit set.
LAST = 600
X32 = 0x40000000
# uretprobe and uprobe, which newer kernels do not pass to filters, because probes insert them into programs. A call
# from other code ends the process (uretprobe) or fails (uprobe).
UNFILTERED: Mapping[str, Mapping[int, str]] = {
    "x86_64": {335: "signal 4", 336: str(errno.ENXIO)},
    "aarch64": {},
}
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
KILL, ALLOW, ERROR = 0x80000000, 0x7FFF0000, 0x00050000
MEASUREMENT = json.loads(MEASURED.read_text(encoding="utf-8"))


def expected_error(machine: str, number: int) -> int:
    """Return the error that a call gets for all arguments, or 0 if some arguments are allowed."""
    listed = {listed: name for name, listed in NUMBERS[machine].items()}
    name = listed.get(number)
    if name in {*names(ALLOWED, MARGIN), *CHECKED}:
        return 0
    return errno.EPERM if name in names(NOT_PERMITTED) else errno.ENOSYS


def decide(machine: str, number: int, arguments: tuple[int, ...] = (), architecture: int | None = None) -> int:
    """Interpret the BPF filter as the kernel does, and return its answer."""
    numbers = (*arguments, *(0,) * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number, architecture or AUDIT[machine], 0, *numbers)
    program = list(struct.iter_unpack("=HBBI", seccomp.program(machine)))
    at, loaded = 0, 0
    while True:
        operation, if_true, if_false, operand = program[at]
        at += 1
        match operation:
            case 0x20:
                (loaded,) = struct.unpack_from("<I", data, operand)
            case 0x15:
                at += if_true if loaded == operand else if_false
            case 0x35:
                at += if_true if loaded >= operand else if_false
            case 0x06:
                return int(operand)
            case _:
                raise AssertionError(f"instruction {at - 1} is {operation:#x}, which the filter has no use for")


def answer(error: int) -> int:
    """Return the filter's answer for an error number, or for 0."""
    return ERROR | error if error else ALLOW


def run(sandbox: Sandbox, source: str | bytes) -> Reply:
    """Import a source in the sandbox."""
    content = source.encode() if isinstance(source, str) else source
    code = SubmittedCode(module="assignment.exercise", files={"assignment/exercise.py": content})
    return sandbox.call(Call(code=code, probe="importing", inputs={}, budget=BUDGET))


# --- In the real sandbox --------------------------------------------------------------------------------------------

_SYSTEM_CALL = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def error_of(number, *arguments):
    ctypes.set_errno(0)
    longs = [ctypes.c_long(value) for value in (*arguments, *(0,) * (6 - len(arguments)))]
    return ctypes.get_errno() if libc.syscall(ctypes.c_long(number), *longs) == -1 else 0
"""


@pytest.mark.parametrize("first", [0, X32], ids=["native", "x32"])
def test_every_call_that_is_not_allowed_is_refused(first: int, sandbox: Sandbox):
    """Each call number up to 600 that no list allows gives the specified error to candidate code."""
    machine = platform.machine()
    expected = {first + n: OTHERWISE if first else expected_error(machine, n) for n in range(LAST + 1)}
    refused = {n: error for n, error in expected.items() if error and n not in UNFILTERED[machine]}
    assert len(refused) > 400
    source = f"{_SYSTEM_CALL}\nwrong = {{n: e for n, x in {refused}.items() if (e := error_of(n)) != x}}\n"

    reply = run(sandbox, f"{source}\nassert not wrong, wrong\n")

    assert reply.status is Status.ANSWERED, reply.error


@pytest.mark.parametrize("number", UNFILTERED[platform.machine()])
def test_a_call_that_no_filter_sees_has_no_effect(number: int, sandbox: Sandbox):
    """Calls that no filter sees are refused by the kernel itself, and older kernels do not have them."""
    reply = run(sandbox, f"{_SYSTEM_CALL}\nraise OSError(error_of({number}), 'refused')\n")

    assert reply.error is not None
    outcomes = (UNFILTERED[platform.machine()][number], str(errno.ENOSYS))
    assert any(outcome in reply.error.detail for outcome in outcomes), reply.error


# Argument values that are refused because no candidate needs them: (call, arguments).
_REFUSED_ARGUMENTS = {
    "a fork": ("clone", (17,)),
    "a process that shares memory": ("clone", (0x4111,)),
    "a thread in a namespace of its own": ("clone", (0x3D0F00 | 0x20000,)),
    "typing into the terminal": ("ioctl", (0, 0x5412)),
    "pasting into the terminal": ("ioctl", (0, 0x541C)),
    "a signal for each change of a folder": ("fcntl", (0, 1026, 1)),
    "the size of a pipe": ("fcntl", (0, 1031, 1 << 20)),
    "priority inheritance": ("futex", (0, 6)),
    "requeueing with priority inheritance": ("futex", (0, 12)),
    "readable by others again": ("prctl", (4, 1)),
    "a filter of its own": ("prctl", (22, 2)),
    "out-of-band data": ("sendto", (0, 0, 0, 1)),
    "out-of-band data, received": ("recvfrom", (0, 0, 0, 1)),
    "the process at the other end": ("getsockopt", (0, 1, 77)),
}


def test_an_argument_that_is_not_listed_is_refused(sandbox: Sandbox):
    """A checked call gives the specified error for an argument that is not listed, and has no effect."""
    numbers = NUMBERS[platform.machine()]
    calls = [
        (what, numbers[call], arguments, CHECKED[call].otherwise)
        for what, (call, arguments) in _REFUSED_ARGUMENTS.items()
    ]
    source = f"{_SYSTEM_CALL}\nwrong = {{w: e for w, n, a, x in {calls} if (e := error_of(n, *a)) != x}}\n"

    reply = run(sandbox, f"{source}\nassert not wrong, wrong\n")

    assert reply.status is Status.ANSWERED, reply.error


_MOUNTS = f"""{_SYSTEM_CALL}
import struct
ids, request = (ctypes.c_uint64 * 256)(), ctypes.create_string_buffer(struct.pack("=IIQQ", 24, 0, 2**64 - 1, 0), 24)
found = libc.syscall(458, request, ids, ctypes.c_size_t(256), 0)
text = ctypes.create_string_buffer(1 << 16)
for mount in ids[: max(found, 0)]:
    request = ctypes.create_string_buffer(struct.pack("=IIQQ", 24, 0, mount, 0x18), 24)
    libc.syscall(457, request, text, ctypes.c_size_t(len(text)), 0)
    root, = struct.unpack_from("=I", text, 104)
    path = ctypes.string_at(ctypes.addressof(text) + 512 + root).decode()
    assert path in ("", "/"), "the host's path of a mount: " + path
"""


def test_no_mount_gives_a_path_of_the_host(sandbox: Sandbox):
    """Candidate code cannot read the host's mount paths with listmount and statmount (Linux 6.8)."""
    reply = run(sandbox, _MOUNTS)

    assert reply.status is Status.ANSWERED, reply.error


# mov eax, 20; int 0x80; ret: a call of getpid through the 32-bit interface.
_OTHER_ENTRANCE = """
import ctypes, mmap
memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
memory.write(bytes.fromhex("b814000000cd80c3"))
ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))()
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86-64 has this entrance")
def test_the_32_bit_interface_ends_the_process(sandbox: Sandbox):
    """A call through the 32-bit interface of x86-64, which has other call numbers, kills the process."""
    reply = run(sandbox, _OTHER_ENTRANCE)

    assert reply.status is Status.DIED
    assert reply.error is not None and "signal 31" in reply.error.detail  # SIGSYS


@pytest.mark.parametrize("path", sorted(FEATURES.glob("*.py")), ids=lambda path: path.stem)
def test_typical_features_work_under_the_filter(path: Path, sandbox: Sandbox):
    """Typical features such as threads, files, clocks, signals and libraries work under the filter."""
    reply = run(sandbox, path.read_bytes())

    assert reply.status is Status.ANSWERED, reply.error


def test_an_event_loop_does_not_start(sandbox: Sandbox):
    """The event loop of asyncio cannot start, because sockets are refused; this limit is documented."""
    reply = run(sandbox, "import asyncio\nasyncio.new_event_loop()\n")

    assert reply.error is not None and "OSError" in reply.error.detail


# --- The program ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("machine", NUMBERS)
def test_the_program_decides_by_the_lists(machine: str):
    """On each machine, a listed call number gets the answer of its list, and any other number gets ENOSYS."""
    checked = {NUMBERS[machine][name] for name in CHECKED}
    for number in (*range(LAST + 1), *range(X32, X32 + LAST + 1), 2**32 - 1):
        if number not in checked:
            assert decide(machine, number) == answer(expected_error(machine, number)), number


@pytest.mark.parametrize("machine", NUMBERS)
@pytest.mark.parametrize("name", CHECKED)
def test_the_program_decides_by_the_argument(machine: str, name: str):
    """A checked call is allowed only for the listed values of its argument; the kernel reads the low 32 bits."""
    check, number = CHECKED[name], NUMBERS[machine][name]
    allowed = {*check.values.values(), *check.margin.values()}
    neighbours = {value ^ 1 << bit for value in allowed for bit in range(32)} - allowed

    for values, expected in ((allowed, 0), (neighbours, check.otherwise)):
        for value in values:
            for high in (0, 1, 0xFFFFFFFF):
                arguments = (*(0,) * check.argument, high << 32 | value)
                assert decide(machine, number, arguments) == answer(expected), value


@pytest.mark.parametrize("machine", NUMBERS)
def test_another_architecture_ends_the_process(machine: str):
    """A call of another architecture kills the process, because its numbers have other meanings."""
    i386, arm = 0x40000003, 0x40000028
    for architecture in (i386, arm, *(audit for other, audit in AUDIT.items() if other != machine)):
        assert decide(machine, NUMBERS[machine]["getpid"], architecture=architecture) == KILL


def test_no_call_is_in_two_lists():
    """Each call is in one list, and every listed call has a number."""
    listed = [name for purposes in LISTS for calls in purposes.values() for name in calls.split()] + list(CHECKED)

    assert len(listed) == len(set(listed))
    assert {name for numbers in NUMBERS.values() for name in numbers} == set(listed)


# --- The lists ------------------------------------------------------------------------------------------------------


def test_allowed_calls_were_measured():
    """Allowed calls were made in the measurement, unless they are listed as a margin."""
    measured, there = set(MEASUREMENT["calls"]), set(NUMBERS[MEASUREMENT["measured on"]["machine"]])

    assert (names(ALLOWED) | set(CHECKED)) & there <= measured
    assert measured <= names(*LISTS) | set(CHECKED)


def test_calls_that_are_done_without_were_measured():
    """Every call that is refused because libraries work without it was made in the measurement."""
    assert names(DONE_WITHOUT) <= set(MEASUREMENT["calls"])


@pytest.mark.parametrize("name", CHECKED)
def test_allowed_values_were_measured(name: str):
    """Allowed values of a checked argument were seen in the measurement, unless they are listed as a margin."""
    check, measured = CHECKED[name], set(MEASUREMENT["arguments"][name])

    assert set(check.values.values()) <= measured <= {*check.values.values(), *check.margin.values()}


def test_the_numbers_match_the_kernels_headers():
    """The checked-in table of numbers is the one that the script writes from the kernel's headers."""
    headers: Mapping[str, Path] | None = find_headers()
    if headers is None:
        pytest.skip("the kernel's headers are not on this machine: apt install linux-libc-dev")

    assert NUMBERS_MODULE.read_text(encoding="utf-8") == numbers_module(headers)
