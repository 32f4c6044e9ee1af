"""Runs beside the candidate's code: calls the function, and tells what it returned."""

from collections.abc import Mapping
from typing import Any

from grading.sandbox.inside.candidate import LoadedModule


def importing(candidate: LoadedModule, inputs: Mapping[str, Any]) -> Any:
    """Observe nothing: the engine asks for this one to tell whether the module loads."""
    return {}


def trimmed(candidate: LoadedModule, inputs: Mapping[str, Any]) -> Any:
    """Call it once for each case, and return the results."""
    return {"means": [float(candidate.call("trimmed_mean", *case)) for case in inputs["cases"]]}
