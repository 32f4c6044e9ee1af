"""The probes, which run next to the candidate's code: they call its function and return the results."""

from collections.abc import Mapping
from typing import Any

from grading.sandbox.inside.candidate import LoadedModule


def importing(candidate: LoadedModule, inputs: Mapping[str, Any]) -> Any:
    """Observe nothing; the engine uses this probe to check whether the module can be imported."""
    return {}


def trimmed(candidate: LoadedModule, inputs: Mapping[str, Any]) -> Any:
    """Call the function once for each case and return the results."""
    return {"means": [float(candidate.call("trimmed_mean", *case)) for case in inputs["cases"]]}
