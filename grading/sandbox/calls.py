"""One call into candidate code: its inputs, its reply, and the interface of a sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from grading.sandbox.inside.budget import Budget
from grading.sandbox.inside.wire import Message


class Status(Enum):
    """The status of a finished call."""

    ANSWERED = "answered"  # the probe returned its observations
    FAILED = "failed"  # the candidate's code failed; `error` has the details
    TIMED_OUT = "timed-out"  # the budget is used up
    DIED = "died"  # the process ended without a complete reply


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmittedCode:
    """The candidate's module and the files it needs, by path relative to the import root."""

    module: str
    files: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A probe to run with the candidate's code."""

    code: SubmittedCode
    probe: str
    inputs: Mapping[str, Message]
    budget: Budget


@dataclass(frozen=True, kw_only=True, slots=True)
class CallError:
    """An error in the candidate's code."""

    kind: str  # a mistake's id
    line: int | None  # in the candidate's module, if known
    detail: str  # one line for the reviewer, contains untrusted text
    at_import: bool = False  # raised before any function was called


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The result of a call: `observed` for ANSWERED, `error` for every other status."""

    status: Status
    observed: Mapping[str, Message] | None = None
    error: CallError | None = None
    seconds: float = 0.0  # of CPU and idle time that the call used


class Sandbox(Protocol):
    """The interface of everything that can run calls."""

    @property
    def name(self) -> str:
        """The sandbox's name in the report."""
        ...

    def call(self, call: Call) -> Reply:
        """Run one call; raise SandboxError only if the sandbox itself fails."""
        ...

    def close(self) -> None:
        """End all processes that the sandbox has started."""
        ...
