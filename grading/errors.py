"""Errors that stop the grader, each with its exit status. Failing candidate code is a result, not an error.

GradingError           status 3: the grader failed
├── UsageError         status 2: arguments or a submission that cannot be read
├── ContentError       status 3: a rubric, a catalogue or another data file of the assignment is wrong
└── SandboxError       status 3: candidate code cannot be isolated here
"""


class GradingError(Exception):
    """The grader cannot continue; the message is one line that names the file and the fix."""

    exit_status = 3


class UsageError(GradingError):
    """The arguments, or a file that they name, cannot be used."""

    exit_status = 2


class ContentError(GradingError):
    """A data file of the assignment is wrong."""


class SandboxError(GradingError):
    """Candidate code cannot be isolated on this machine."""


def reason(error: Exception) -> str:
    """Return the system's reason why a file cannot be used, to insert into a message."""
    message = error.strerror if isinstance(error, OSError) else None
    return (message or str(error)).lower()
