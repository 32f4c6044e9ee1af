"""Imports the candidate's module and does nothing else."""

from collections.abc import Mapping

from grading.sandbox.inside.candidate import LoadedModule
from grading.sandbox.inside.wire import Message


def importing(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:  # noqa: ARG001 - a probe's signature
    """Observe nothing: it is enough that the import succeeds."""
    return {}
