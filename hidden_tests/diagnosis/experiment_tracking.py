"""Explains runs that are missing from the store, or that do not show what the training did."""

from collections.abc import Mapping, Sequence

from grading.run.explain import Cause
from hidden_tests.compare import close
from hidden_tests.observations.experiment_tracking import LOGGED, TOLERANCE, TrackedRuns
from hidden_tests.oracle import METRICS


def run_mistakes(runs: TrackedRuns) -> list[Cause]:
    """Explain a run that is missing, or that is not finished."""
    run = runs.observed.run
    if run is None or not runs.has_trained:
        return _missing(runs)
    if run.experiment != "0":
        return [Cause("run-left-open", "other-experiment", f"experiment {run.experiment}")]
    ended = run.status not in ("RUNNING", "FINISHED")
    return [Cause("run-left-open", "other-status" if ended else "", f"status {run.status}")]


def parameter_mistakes(runs: TrackedRuns) -> list[Cause]:
    """Explain a parameter that is not in the store."""
    run = runs.observed.run
    if run is None or not runs.has_trained:
        return _missing(runs)
    value = "is missing" if run.epochs is None else f"is {run.epochs!r}"
    return [Cause("epochs-not-logged", detail=f"epochs {value}; parameters: {', '.join(run.parameters) or 'none'}")]


def metric_mistakes(runs: TrackedRuns) -> list[Cause]:
    """Explain metrics that are missing, or that have other steps or values than their epochs."""
    run = runs.observed.run
    if run is None or not runs.has_trained:
        return _missing(runs)
    if runs.missing:
        some = any(runs.points(name) for name in runs.missing)
        detail = f"too few points of {', '.join(runs.missing)}; there are {', '.join(run.names) or 'no metrics'}"
        return [Cause("metrics-not-logged", "too-few-points" if some else "", detail)]
    found = []
    if not runs.has_steps:
        steps = {step for name in LOGGED for step in runs.steps(name)}
        found.append(Cause("metrics-without-steps", "same-step" if len(steps) == 1 else ""))
    wrong = [name for name in LOGGED if not runs.has_values(name, runs.expected(name))]
    # Without their steps, the values have no order.
    if any(_differ_in_any_order(runs, name) for name in LOGGED) or (runs.has_steps and wrong):
        variant = _variant(runs) if runs.has_steps else ""
        found.append(Cause("wrong-logged-values", variant, runs.values_message((wrong or LOGGED)[0])))
    return found


def failure_mistakes(runs: TrackedRuns) -> list[Cause]:
    """Explain a failed training whose run or exception does not show the failure."""
    observed = runs.observed
    detail = f"{observed.runs} runs: {', '.join(observed.statuses)}"
    if observed.error is None:
        return [Cause("failure-not-recorded", "swallowed", detail)]
    if not observed.interrupted:
        return [Cause("failure-not-recorded", "other-exception", observed.error.detail)]
    variants = {"RUNNING": "left-running", "FINISHED": "finished"}
    only = observed.statuses[0] if observed.runs == 1 and observed.statuses else ""
    return [Cause("failure-not-recorded", variants.get(only, ""), detail)]


def _missing(runs: TrackedRuns) -> list[Cause]:
    """Explain a model that was not trained, or an id without a run."""
    if not runs.has_trained:
        return [Cause("not-implemented", detail="track_training did not train the model")]
    return [Cause("no-tracked-run", detail=f"no run has the id {runs.observed.returned!r}")]


def _differ_in_any_order(runs: TrackedRuns, name: str) -> bool:
    return not _agree(sorted(runs.values(name)), sorted(runs.expected(name)))


def _variant(runs: TrackedRuns) -> str:
    """Return what was logged in place of the right metrics, empty if that is not known."""
    for variant, instead in _logged_instead(runs).items():
        if all(runs.has_values(name, values) for name, values in instead.items()):
            return variant
    return ""


def _logged_instead(runs: TrackedRuns) -> Mapping[str, Mapping[str, Sequence[float]]]:
    """Return, for each variant of the mistake, the metrics by name."""
    right = {name: runs.expected(name) for name in METRICS}
    return {
        "before-training": {name: [epoch[name] for epoch in runs.history[:-1]] for name in METRICS},
        "training-split": {name: [epoch[name] for epoch in runs.of_training_split] for name in METRICS},
        "swapped-metrics": {**right, "precision": right["recall"], "recall": right["precision"]},
        "other-loss": right,
    }


def _agree(found: Sequence[float], expected: Sequence[float]) -> bool:
    return len(found) == len(expected) and close(found, expected, rtol=0.0, atol=TOLERANCE)
