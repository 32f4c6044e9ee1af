"""What `track_training` left in the store, compared with what training gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grading.run.explain import Cause
from hidden_tests.compare import close
from hidden_tests.describe import describe
from hidden_tests.observations import experiment_tracking as seen
from hidden_tests.oracle import METRICS, Floats

# Between float32 training and the oracle; the nearest metric of another epoch differs by a hundredth.
_TOLERANCE = 1e-3

# Metric: its value for each epoch.
History = Mapping[str, Sequence[float]]


@dataclass(frozen=True, kw_only=True)
class TrackedRuns:
    """One training that went well and one that was interrupted."""

    observed: seen.Observed
    initial: Floats  # the parameters before training
    expected: History
    others: Mapping[str, History]  # what may have been logged instead, by the variant of the mistake

    @property
    def epochs(self) -> int:
        """How many there were."""
        return len(self.expected["train_loss"])

    @property
    def has_trained(self) -> bool:
        """Whether the model has other parameters afterwards."""
        return not close(self.observed.final, self.initial, rtol=_TOLERANCE, atol=_TOLERANCE)

    def points(self, metric: str) -> list[tuple[int, float]]:
        """What was logged of a metric, by step."""
        run = self.observed.run
        if run is None:
            return []
        points: list[seen.Point] = getattr(run, metric)
        return sorted(((point.step, point.value) for point in points), key=lambda point: point[0])

    def values(self, metric: str) -> list[float]:
        """The values that were logged of a metric, by step."""
        return [value for _, value in self.points(metric)]

    @property
    def missing(self) -> list[str]:
        """The metrics that do not have a point for each epoch."""
        return [metric for metric in self.expected if len(self.points(metric)) < self.epochs]

    @property
    def has_steps(self) -> bool:
        """Whether the points are at steps 0, 1, … or 1, 2, …."""
        steps = [[step for step, _ in self.points(metric)] for metric in self.expected]
        return all(found in (list(range(self.epochs)), list(range(1, self.epochs + 1))) for found in steps)

    @property
    def has_values(self) -> bool:
        """Whether the points are what training gave, in whatever order."""
        return all(_agree(sorted(self.values(metric)), sorted(values)) for metric, values in self.expected.items())

    @property
    def is_in_order(self) -> bool:
        """Whether each step has its epoch's values."""
        return self.logs(self.expected)

    def logs(self, history: History) -> bool:
        """Whether the values of these metrics are the points, step by step."""
        return all(_agree(self.values(metric), values) for metric, values in history.items())

    @property
    def message(self) -> str:
        """The first metric with other values than training gave."""
        metric = next((x for x, values in self.expected.items() if not _agree(self.values(x), values)), "train_loss")
        return f"{metric} is {describe(self.values(metric)[:10])}, where {describe(self.expected[metric])} is right"


def metric_mistakes(runs: TrackedRuns) -> list[Cause]:
    """Explain metrics that are not in the store as they should be."""
    run = runs.observed.run
    if run is None or not runs.has_trained:
        return _nothing_to_look_at(runs)
    if runs.missing:
        some = any(runs.points(metric) for metric in runs.missing)
        detail = f"too few points of {', '.join(runs.missing)}; there are {', '.join(run.names) or 'no metrics'}"
        return [Cause("metrics-not-logged", "too-few-points" if some else "", detail)]
    found = []
    if not runs.has_steps:
        steps = {step for metric in runs.expected for step, _ in runs.points(metric)}
        found.append(Cause("metrics-without-steps", "same-step" if len(steps) == 1 else ""))
    if not runs.has_values or (runs.has_steps and not runs.is_in_order):
        variant = next((name for name, history in runs.others.items() if runs.has_steps and runs.logs(history)), "")
        found.append(Cause("wrong-logged-values", variant, runs.message))
    return found


def parameter_mistakes(runs: TrackedRuns) -> list[Cause]:
    """Explain a parameter that is not in the store."""
    run = runs.observed.run
    if run is None or not runs.has_trained:
        return _nothing_to_look_at(runs)
    value = "is not there" if run.epochs is None else f"is {run.epochs!r}"
    return [Cause("epochs-not-logged", detail=f"epochs {value}; parameters: {', '.join(run.parameters) or 'none'}")]


def run_mistakes(runs: TrackedRuns) -> list[Cause]:
    """Explain a run that is not there, or not over."""
    run = runs.observed.run
    if run is None or not runs.has_trained:
        return _nothing_to_look_at(runs)
    if run.experiment != "0":
        return [Cause("run-left-open", "other-experiment", f"experiment {run.experiment}")]
    ended = run.status not in ("RUNNING", "FINISHED")
    return [Cause("run-left-open", "other-status" if ended else "", f"status {run.status}")]


def failure_mistakes(runs: TrackedRuns) -> list[Cause]:
    """Explain a failed training that does not look like one."""
    observed = runs.observed
    detail = f"{observed.runs} runs: {', '.join(observed.statuses)}"
    if observed.error is None:
        return [Cause("failure-not-recorded", "swallowed", detail)]
    if not observed.interrupted:
        return [Cause("failure-not-recorded", "other-exception", observed.error.detail)]
    variants = {"RUNNING": "left-running", "FINISHED": "finished"}
    only = observed.statuses[0] if observed.runs == 1 and observed.statuses else ""
    return [Cause("failure-not-recorded", variants.get(only, ""), detail)]


def _nothing_to_look_at(runs: TrackedRuns) -> list[Cause]:
    if not runs.has_trained:
        return [Cause("not-implemented", detail="track_training did not train the model")]
    return [Cause("no-tracked-run", detail=f"{runs.observed.returned!r} is no run's id")]


def _agree(found: Sequence[float], wanted: Sequence[float]) -> bool:
    return len(found) == len(wanted) and close(found, wanted, rtol=0.0, atol=_TOLERANCE)


def instead(epochs: Sequence[Mapping[str, float]], others: Sequence[Mapping[str, float]]) -> Mapping[str, History]:
    """Return what may be logged instead of what is right, by the name of the variant.

    Args:
        epochs: the loss and the test split's metrics of each epoch, the metrics before the first one as well.
        others: the training split's metrics after each epoch.
    """
    before, after = epochs[:-1], epochs[1:]
    right = {metric: [epoch[metric] for epoch in after] for metric in METRICS}
    return {
        "before-training": {metric: [epoch[metric] for epoch in before] for metric in METRICS},
        "training-split": {metric: [epoch[metric] for epoch in others] for metric in METRICS},
        "swapped-metrics": {**right, "precision": right["recall"], "recall": right["precision"]},
        "other-loss": right,
    }
