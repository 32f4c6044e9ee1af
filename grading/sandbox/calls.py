"""One call into candidate code: what goes in, what comes back, and who can carry it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from grading.sandbox.inside.budget import Budget
from grading.sandbox.inside.wire import Message


class Status(Enum):
    """How a call ended."""

    ANSWERED = "answered"  # the probe's observations are there
    FAILED = "failed"  # the candidate's code failed in a way that was seen; `error` says how
    TIMED_OUT = "timed-out"  # its budget is used up
    DIED = "died"  # the process ended without a whole reply


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmittedCode:
    """A module of the candidate's and the files it needs, by path below the root that it is imported from."""

    module: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A probe to run beside the candidate's code."""

    code: SubmittedCode
    probe: str
    inputs: Mapping[str, Message]
    budget: Budget


@dataclass(frozen=True, kw_only=True, slots=True)
class CallError:
    """What went wrong in the candidate's code."""

    kind: str  # a mistake's id
    line: int | None  # in the candidate's module, where that is known
    detail: str  # for the reviewer: one line, in part the candidate's words
    at_import: bool = False  # before any function was called


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What came back: `observed` with ANSWERED, `error` with every other status."""

    status: Status
    observed: Mapping[str, Message] | None = None
    error: CallError | None = None
    seconds: float = 0.0  # of CPU and idle time that the call used


class Sandbox(Protocol):
    """Anything that can carry out calls."""

    @property
    def name(self) -> str:
        """What the report says the candidate's code ran in."""
        ...

    def call(self, call: Call) -> Reply:
        """Carry out one call; raise SandboxError only if the sandbox itself does not work."""
        ...

    def close(self) -> None:
        """End everything that the sandbox has started."""
        ...
