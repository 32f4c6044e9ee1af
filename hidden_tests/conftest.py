"""The scenarios of the hidden tests, each run once, and what was observed in them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grading.run.candidate import CandidateProxy
from hidden_tests.diagnosis import focal, loss, loss_weights
from hidden_tests.diagnosis.evaluation import ComparedRuns, Evaluations, ObservedRun, ShiftedRuns
from hidden_tests.diagnosis.loss_batch import Batch
from hidden_tests.diagnosis.sampling import Draws
from hidden_tests.diagnosis.tracking import TrackedRuns, instead
from hidden_tests.diagnosis.training import ComparedEpochs, ObservedEpoch
from hidden_tests.observations import (
    evaluation,
    experiment_tracking,
    focal_loss,
    sampler,
    training_loop,
    weighted_loss,
)
from hidden_tests.oracle import METRICS, Epoch, Floats, metrics
from hidden_tests.rng import rng_for
from hidden_tests.scenarios.evaluation import (
    Scenario,
    at_threshold,
    changed,
    with_modes,
    with_undefined_ratios,
    without_modes,
)
from hidden_tests.wire import to_float32, to_wire

# The handout's tests are for candidates, and no other folder has any: looking takes longer than a test.
collect_ignore = [path.name for path in Path(__file__).parent.iterdir() if path.is_dir()]

# Beyond about 17, float32 cannot tell a probability from 1.
EXTREME_LOGITS = (18.0, 30.0, 50.0, 100.0, 200.0)
# What a batch's loss is raised by, times its share of positives, to see what that does to the epoch's.
LOSS_TERM = 1.5
LARGEST_GRADIENT = 0.95
SAMPLER_DRAWS = 6000

Inputs = tuple[Floats, Floats]  # logits and targets of a batch


# --- TODO 1 ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def loss_profile(candidate: CandidateProxy, seed: int) -> loss.Profile:
    """`make_loss` on three sets of labels: one in five positive, about one in four, and more than half."""
    random = rng_for(seed, "loss")
    cases = []
    for positives, negatives in telling_counts(random):
        labels = random.permutation(np.repeat([1.0, 0.0], [positives, negatives]))
        sizes = (2, 4), (5, 4), (3, 10)
        cases.append((labels, [*(_moderate_batch(random, of_each) for of_each in sizes), *_extreme_batches()]))
    observed = candidate.call(
        "loss",
        {
            "cases": [{"labels": to_wire(labels), "batches": _sent(batches)} for labels, batches in cases],
            "single_class": to_wire(np.zeros(8)),
            "negatives": _sent([(np.array([0.5, -0.5]), np.zeros(2))])[0],
        },
        weighted_loss.Observed,
        {"cases": [{"batches": _sizes(batches)} for _, batches in cases]},
    )
    candidate.note(
        "single-class-labels",
        f"with labels of a single class, the loss {_describe_single_class(observed.single_class)}",
    )
    found = []
    for (labels, batches), seen in zip(cases, observed.cases, strict=True):
        moderate, extreme = _loss_batches(batches, seen)
        found.append(loss.Case(labels=labels, moderate=moderate, extreme=extreme))
    return loss.Profile(found)


def telling_counts(random: np.random.Generator) -> list[tuple[int, int]]:
    """Draw positives and negatives of each set of labels until the weights they lead to tell all formulas apart."""
    while True:
        second = (int(random.integers(9, 15)), int(random.integers(25, 34)))
        third = (int(random.integers(19, 24)), int(random.integers(5, 12)))
        counts = [(10, 40), second, third]
        if loss_weights.margin(counts) > loss_weights.MARGIN:
            return counts


def _moderate_batch(random: np.random.Generator, of_each: tuple[int, int]) -> Inputs:
    targets = random.permutation(np.repeat([1.0, 0.0], of_each))
    sign = random.choice([-1.0, 1.0], len(targets))
    return to_float32(sign * random.uniform(0.2, 2.0, len(targets))), targets


def _extreme_batches() -> list[Inputs]:
    batches = []
    for size in EXTREME_LOGITS:
        right, wrong = np.array([size, -size]), np.array([-size, size])
        batches += [(logits, np.array([1.0, 0.0])) for logits in (right, wrong)]
        batches.append((np.concatenate([right, wrong]), np.array([1.0, 0.0, 1.0, 0.0])))
    return batches


def _sent(batches: list[Inputs]) -> list[Any]:
    return [{"logits": to_wire(logits), "targets": to_wire(targets)} for logits, targets in batches]


def _sizes(batches: list[Inputs]) -> list[dict[str, int]]:
    return [{"rows": len(targets)} for _, targets in batches]


def _loss_batches(batches: list[Inputs], seen: weighted_loss.ObservedLoss) -> tuple[list[Batch], list[Batch]]:
    """Return what a loss made of moderate and of extreme batches."""
    measured = [
        Batch(logits=logits, targets=targets, value=batch.value, gradient=batch.gradient)
        for (logits, targets), batch in zip(batches, seen.batches, strict=True)
    ]
    moderate = len(batches) - 3 * len(EXTREME_LOGITS)
    return measured[:moderate], measured[moderate:]


def _describe_single_class(single_class: weighted_loss.SingleClass) -> str:
    """Say what labels of a single class lead to; the words of an error are the candidate's."""
    error, result = single_class.error, single_class.result
    if error is not None:
        return f"raises {error.detail or error.kind}"
    if result.kind == "number":
        return f"gives a loss of {result.number:.3g} on a batch of negatives"
    return f"gives something that is not a number ({result.type or 'None'})"


# --- TODO 2 ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def epochs(candidate: CandidateProxy, seed: int) -> tuple[ComparedEpochs, ObservedEpoch]:
    """The epochs of the fixtures below, in one call."""
    random = rng_for(seed, "epochs")
    plain, other_evaluation, other_training = _telling_epochs(random)
    long = _gentle_epoch(random, rows=389, batch_size=3, lr=0.05, momentum=0.9)
    watched = [_epoch_inputs(plain, training=False), _epoch_inputs(long, training=True)]
    compared = [_epoch_inputs(epoch, training=False) for epoch in (plain, other_evaluation, other_training)]
    compared.append({**watched[0], "term": LOSS_TERM})
    sizes = [
        {
            "rows": len(epoch.targets),
            "parameters": len(epoch.parameters),
        }
        for epoch in (plain, long)
    ]
    observed = candidate.call(
        "training",
        {"watched": watched, "compared": compared},
        training_loop.Observed,
        {"watched": sizes, "compared": [sizes[0]] * len(compared)},
    )
    of_plain, of_long = observed.watched
    again, evaluation, training, higher = observed.compared
    together = ComparedEpochs(
        base=ObservedEpoch(plain, of_plain),
        again=again,
        evaluation=evaluation,
        training=training,
        higher=higher,
        term=LOSS_TERM,
    )
    return together, ObservedEpoch(long, of_long)


@pytest.fixture(scope="session")
def compared_epochs(epochs: tuple[ComparedEpochs, ObservedEpoch]) -> ComparedEpochs:
    """The epoch of `plain_epoch`, and the same epoch run again with one thing changed."""
    return epochs[0]


@pytest.fixture(scope="session")
def plain_epoch(epochs: tuple[ComparedEpochs, ObservedEpoch]) -> ObservedEpoch:
    """`train_epoch` over six batches, the last of them smaller, with plain SGD and a model in evaluation mode."""
    return epochs[0].base


@pytest.fixture(scope="session")
def long_epoch(epochs: tuple[ComparedEpochs, ObservedEpoch]) -> ObservedEpoch:
    """`train_epoch` over 130 batches of three, the last of two, with momentum and a model in training mode."""
    return epochs[1]


def _telling_epochs(random: np.random.Generator) -> tuple[Epoch, Epoch, Epoch]:
    """Return an epoch, and the same with another scale in evaluation and in training mode.

    Drawn until the shares of positives in its batches tell their mean from the first, the last and their sum.
    """
    while True:
        epoch = _gentle_epoch(random, rows=27, batch_size=5, lr=0.5, momentum=0.0)
        shares = [float(epoch.targets[rows].mean()) for rows in epoch.batches]
        values = [0.0, shares[0], shares[-1], float(np.mean(shares)), sum(shares)]
        if np.diff(np.sort(values)).min() > 0.02 and abs(epoch.targets.mean() - shares[-1]) > 0.02:
            break
    epoch = replace(epoch, evaluation_scale=to_float32(random.uniform(0.5, 0.7, 4)))
    other = to_float32(random.uniform(0.3, 0.4, 4))
    return epoch, replace(epoch, evaluation_scale=other), replace(epoch, scale=other)


def _epoch(random: np.random.Generator, *, rows: int, batch_size: int, lr: float, momentum: float) -> Epoch:
    features = random.normal(size=(rows, 4))
    targets = (features[:, 0] + random.normal(size=rows) > 0.6).astype(np.float64)
    parameters = random.normal(scale=0.5, size=5)
    scale = random.uniform(0.3, 0.7, 4)
    return Epoch(
        features=to_float32(features),
        targets=targets,
        batch_size=batch_size,
        parameters=to_float32(parameters),
        scale=to_float32(scale),
        evaluation_scale=np.ones(4),
        pos_weight=2.5,
        lr=lr,
        momentum=momentum,
    )


def _gentle_epoch(random: np.random.Generator, *, rows: int, batch_size: int, lr: float, momentum: float) -> Epoch:
    """Return an epoch in which no gradient is as large as one: clipping to a norm of 1 is harmless in it."""
    while True:
        epoch = _epoch(random, rows=rows, batch_size=batch_size, lr=lr, momentum=momentum)
        epoch = replace(epoch, features=to_float32(0.5 * epoch.features), pos_weight=1.5)
        if np.linalg.norm(epoch.gradients(training=True), axis=1).max() < LARGEST_GRADIENT:
            return epoch


def _epoch_inputs(epoch: Epoch, *, training: bool) -> dict[str, Any]:
    """Return an epoch as the probe takes it, with whether its model starts in training mode."""
    return {
        "features": to_wire(np.column_stack([np.arange(len(epoch.targets)), epoch.features])),
        "targets": to_wire(epoch.targets),
        "batch_size": epoch.batch_size,
        "parameters": to_wire(epoch.parameters),
        "scales": to_wire(np.stack([epoch.evaluation_scale, epoch.scale])),
        "pos_weight": to_wire(np.array(epoch.pos_weight)),
        "term": 0.0,
        "lr": epoch.lr,
        "momentum": epoch.momentum,
        "starts_in_training_mode": training,
    }


# --- TODO 3 ---------------------------------------------------------------------------------------------------------


# What the runs of the fixture below pass as the threshold: the first way that the function's arguments allow.
DEFAULT: list[list[Any]] = [[]]
DEFAULT_OR_HALF: list[list[Any]] = [[], [0.5]]


@pytest.fixture(scope="session")
def evaluations(candidate: CandidateProxy, seed: int) -> Evaluations:
    """All runs of `evaluate`, in one call, or in two if the default threshold leaves something open."""
    random = rng_for(seed, "runs")
    base, slopes = with_modes(random), to_float32(random.uniform(1.0, 2.0, 4))
    plain, undefined = (
        [without_modes(random, threshold) for threshold in (0.5, 0.3, 0.7)],
        with_undefined_ratios(random),
    )
    thresholds: list[list[list[Any]]] = [DEFAULT, [[0.3, "name"]], [[0.7]]]
    observed = _run(
        candidate,
        slopes,
        [
            *((scenario, DEFAULT_OR_HALF) for scenario in (base, *changed(base))),
            *zip(plain, thresholds, strict=True),
            *((scenario, DEFAULT_OR_HALF) for scenario in undefined),
        ],
    )
    evaluations = Evaluations(
        compared=ComparedRuns(base=observed[0], changed=observed[1:5]),
        plain=observed[5:8],
        undefined=observed[8:],
        compared_again=None,
        at_other_thresholds=[],
    )
    if evaluations.compared.follows and evaluations.plain[0].is_right:
        return evaluations
    high = replace(base, threshold=0.7)
    scenarios: list[tuple[Scenario, list[list[Any]]]] = [(scenario, [[0.7]]) for scenario in (high, *changed(high))]
    scenarios += [(at_threshold(base, 0.7), [[0.7]]), (replace(base, threshold=0.3), [[0.3, "name"]])]
    scenarios.append((at_threshold(base, 0.3), [[0.3, "name"]]))
    observed = _run(candidate, slopes, scenarios)
    return replace(
        evaluations,
        compared_again=ComparedRuns(base=observed[0], changed=observed[1:5]),
        at_other_thresholds=[
            ShiftedRuns(as_before=observed[0], shifted=observed[5]),
            ShiftedRuns(as_before=observed[6], shifted=observed[7]),
        ],
    )


def _run(
    candidate: CandidateProxy, slopes: Floats, runs: Sequence[tuple[Scenario, list[list[Any]]]]
) -> list[ObservedRun]:
    """Run `evaluate` on scenarios, each with the ways to pass the threshold, in one call."""
    inputs = [
        {
            "features": to_wire(scenario.logits.T),
            "targets": to_wire(scenario.targets),
            "batch_size": scenario.batch_size,
            "orders": to_wire(scenario.orders, "int64"),
            "slopes": to_wire(slopes),
            "ways": ways,
        }
        for scenario, ways in runs
    ]
    observed = candidate.call("evaluation", {"runs": inputs}, evaluation.Observed, {"runs": len(runs)})
    return [
        ObservedRun(scenario=scenario, slopes=slopes, seen=seen)
        for (scenario, _), seen in zip(runs, observed.runs, strict=True)
    ]


# --- TODO 4 ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def samplers(candidate: CandidateProxy, seed: int) -> list[Draws]:
    """`make_sampler` on labels of which one in five is positive, and of which three in four are."""
    random = rng_for(seed, "sampler")
    labels = [random.permutation(np.repeat([1.0, 0.0], of_each)) for of_each in sampler_counts(random)]
    observed = candidate.call(
        "sampling",
        {
            "cases": [{"labels": to_wire(of_case), "draws": SAMPLER_DRAWS} for of_case in labels],
            "seed": int(random.integers(2**31)),
        },
        sampler.Observed,
        {"cases": [{"draws": SAMPLER_DRAWS} for _ in labels]},
    )
    return [
        Draws(
            labels=of_case,
            wanted=SAMPLER_DRAWS,
            draws=seen.draws,
            epochs=seen.epochs,
            weighted=seen.weighted,
            error=seen.error,
        )
        for of_case, seen in zip(labels, observed.cases, strict=True)
    ]


def sampler_counts(random: np.random.Generator) -> list[tuple[int, int]]:
    """Draw how many positives and negatives each set of labels has."""
    return [(int(random.integers(28, 36)), int(random.integers(118, 140))), (90, 30)]


# --- TODO 5 ---------------------------------------------------------------------------------------------------------

# Arguments of FocalLoss; the first is its defaults.
FOCAL_ARGUMENTS: tuple[list[float | None], ...] = (
    [],
    [0.0],
    [0.5],
    [1.0, None],
    [2.0, 0.25],
    [5.0, None],
    [0.0, 0.6],
    [5.0, 0.75],
)


@pytest.fixture(scope="session")
def focal_profile(candidate: CandidateProxy, seed: int) -> focal.FocalProfile:
    """`FocalLoss` with several gammas and alphas, on moderate and on extreme logits."""
    random = rng_for(seed, "focal")
    batches = [*moderate_focal_batches(random), *_extreme_batches()]
    cases: list[Any] = [{"arguments": arguments} for arguments in FOCAL_ARGUMENTS]
    observed = candidate.call(
        "focal",
        {"cases": cases, "batches": _sent(batches)},
        focal_loss.Observed,
        {"cases": [{"batches": _sizes(batches)} for _ in FOCAL_ARGUMENTS]},
    )
    found = []
    for arguments, seen in zip(FOCAL_ARGUMENTS, observed.cases, strict=True):
        gamma, alpha = [*arguments, *[2.0, None][len(arguments) :]]
        assert gamma is not None
        moderate, extreme = _loss_batches(batches, seen)
        found.append(focal.Case(gamma=gamma, alpha=alpha, moderate=moderate, extreme=extreme))
    return focal.FocalProfile(found)


def moderate_focal_batches(random: np.random.Generator) -> list[Inputs]:
    """Draw the batches that tell focal losses apart."""
    return [_moderate_batch(random, of_each) for of_each in ((2, 4), (5, 3))]


# --- TODO 6 ---------------------------------------------------------------------------------------------------------

TRACKED_EPOCHS = 3
Metrics = dict[str, float]


@pytest.fixture(scope="session")
def tracked(candidate: CandidateProxy, seed: int) -> TrackedRuns:
    """`track_training` for three epochs, and once more until the second epoch raises."""
    first, test, after, on_training = _telling_training(rng_for(seed, "tracking"))
    observed = candidate.call(
        "tracking",
        {
            "features": to_wire(first.features),
            "targets": to_wire(first.targets),
            "test_features": to_wire(test.features),
            "test_targets": to_wire(test.targets),
            "parameters": to_wire(first.parameters),
            "batch_size": first.batch_size,
            "lr": first.lr,
            "pos_weight": to_wire(np.array(first.pos_weight)),
            "epochs": TRACKED_EPOCHS,
            "functions": (Path(__file__).parent / "tracked_functions.py").read_text(encoding="utf-8"),
            "fails_at": len(first.batches) + 2,
        },
        experiment_tracking.Observed,
        {"parameters": len(first.parameters)},
    )
    return TrackedRuns(
        observed=observed,
        initial=first.parameters,
        expected={name: [epoch[name] for epoch in after[1:]] for name in ("train_loss", *METRICS)},
        others=instead(after, on_training),
    )


def _telling_training(
    random: np.random.Generator,
) -> tuple[Epoch, Epoch, list[dict[str, float]], list[dict[str, float]]]:
    """Draw until the metrics tell epochs and splits apart, also with a rounding error in a logit.

    Returns:
        The first epoch on the training split, the same on the test split, the loss and the test split's metrics after
        each epoch and before the first, and the training split's metrics after each epoch.
    """
    while True:
        first, test = (_epoch(random, rows=48, batch_size=8, lr=0.6, momentum=0.0) for _ in range(2))
        first, test = (replace(epoch, scale=np.ones(4)) for epoch in (first, test))
        parameters, clear = first.parameters, True
        after, on_training = [_measured(test, parameters)], [_measured(first, parameters)]
        for _ in range(TRACKED_EPOCHS):
            parameters, losses = replace(first, parameters=parameters).run(training=False)
            clear = clear and np.abs(test.logits(parameters, slice(None), training=False)).min() > 1e-3
            after.append({"train_loss": float(np.mean(losses)), **_measured(test, parameters)})
            on_training.append(_measured(first, parameters))
        for name in METRICS:
            values = [of[name] for of in (*after, *on_training)]
            clear = clear and float(np.diff(np.sort(values)).min()) > 0.005
        if clear:
            return first, test, after, on_training[1:]


def _measured(epoch: Epoch, parameters: Floats) -> dict[str, float]:
    return metrics(epoch.logits(parameters, slice(None), training=False) >= 0, epoch.targets)
