"""Compiles the system-call filter: a seccomp program in classic BPF.

The program finds a call's number by bisection. The kernel caches numbers that are allowed for all arguments (since
Linux 5.11), so the program runs only for checked and refused calls. Sources: the manual page seccomp(2),
the kernel's Documentation/userspace-api/seccomp_filter.rst, and linux/filter.h.
"""

import errno
import functools
import struct
from typing import Final

from grading.sandbox.inside.system_call_numbers import NUMBERS
from grading.sandbox.inside.system_calls import (
    ALLOWED,
    CHECKED,
    DONE_WITHOUT,
    MARGIN,
    NOT_PERMITTED,
    OTHERWISE,
    Check,
    names,
)

# The kernel's architecture constants, by platform.machine().
_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_JMP|BPF_JGE|BPF_K, BPF_RET|BPF_K
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_KILL_PROCESS, _ERROR, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
# Offsets in struct seccomp_data; the arguments have 8 bytes each, and only the low half is read.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

INSTRUCTION_BYTES: Final = 8
# Operation, number of instructions to skip if true and if false, operand.
Instruction = tuple[int, int, int, int]


@functools.cache
def program(machine: str) -> bytes:
    """Return the filter as an array of struct sock_filter."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions(machine))


def instructions(machine: str) -> list[Instruction]:
    """Return the filter's instructions."""
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER),
        *_bisect(_ranges(machine)),
    ]


def _ranges(machine: str) -> list[tuple[int, list[Instruction]]]:
    """Return the first number of each range of calls that are handled alike, with the range's instructions.

    The last range is unbounded and includes the x32 calls, which are the x86-64 calls under other numbers.
    """
    answers: dict[str, list[Instruction]] = {
        **dict.fromkeys(names(ALLOWED, MARGIN), _answer(0)),
        **dict.fromkeys(names(NOT_PERMITTED), _answer(errno.EPERM)),
        **dict.fromkeys(names(DONE_WITHOUT), _answer(errno.ENOSYS)),
        **{name: _check(check) for name, check in CHECKED.items()},
    }
    by_number = {number: answers[name] for name, number in NUMBERS[machine].items()}
    ranges: list[tuple[int, list[Instruction]]] = []
    for number in range(max(by_number) + 2):
        answer = by_number.get(number, _answer(OTHERWISE))
        if not ranges or ranges[-1][1] != answer:
            ranges.append((number, answer))
    return ranges


def _bisect(ranges: list[tuple[int, list[Instruction]]]) -> list[Instruction]:
    if len(ranges) == 1:
        return ranges[0][1]
    middle = len(ranges) // 2
    below = _bisect(ranges[:middle])
    return [(_IF_AT_LEAST, len(below), 0, ranges[middle][0]), *below, *_bisect(ranges[middle:])]


def _check(check: Check) -> list[Instruction]:
    values = sorted({*check.values.values(), *check.margin.values()})
    return [
        (_LOAD, 0, 0, _ARGUMENTS + 8 * check.argument),
        *((_IF_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)),
        *_answer(check.otherwise),
        *_answer(0),
    ]


def _answer(error: int) -> list[Instruction]:
    return [(_RETURN, 0, 0, _ERROR | error if error else _ALLOW)]
