"""Calls `best_threshold`."""

from collections.abc import Mapping

from grading.sandbox.inside.candidate import LoadedModule
from grading.sandbox.inside.wire import Message
from hidden_tests.probes.tensors import number, tensor


def threshold_tuning(candidate: LoadedModule, inputs: Mapping[str, Message]) -> Message:
    """Call `best_threshold` for each case.

    Inputs: `cases`, each with `targets` (n,) and `probabilities` (n,). Observed: `thresholds`, the result of each call,
    described as a number.
    """
    found = []
    for case in inputs["cases"]:
        returned = candidate.call("best_threshold", tensor(case["targets"]), tensor(case["probabilities"]))
        found.append(number(candidate, returned))
    return {"thresholds": found}
