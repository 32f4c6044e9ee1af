"""What stops the grader itself, each with the exit status of the command line. A failing candidate is a result instead.

GradingError           status 3: the grader failed
├── UsageError         status 2: arguments or a submission that cannot be read
├── ContentError       status 3: a rubric, a catalogue or another data file of the assignment is wrong
└── SandboxError       status 3: candidate code cannot be isolated here
"""


class GradingError(Exception):
    """The grader cannot go on; the message is one line that names the file and the fix."""

    exit_status = 3


class UsageError(GradingError):
    """The arguments, or a file that they name, cannot be used."""

    exit_status = 2


class ContentError(GradingError):
    """A data file of the assignment is wrong."""


class SandboxError(GradingError):
    """Candidate code cannot be isolated on this machine."""


def reason(error: Exception) -> str:
    """Return why a file cannot be used, as the system says it: for the middle of a message."""
    said = error.strerror if isinstance(error, OSError) else None
    return (said or str(error)).lower()
