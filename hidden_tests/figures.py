"""Figures for the reviewer: the candidate's model and the reference's on a hidden split; not part of the score."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from grading.render.figure import Figure
from grading.run.candidate import CandidateProxy
from hidden_tests.compare import all_true
from hidden_tests.observations.figures import TrainedModel
from hidden_tests.oracle import Floats, metrics, sigmoid
from hidden_tests.rng import rng_for
from hidden_tests.wire import to_float32, to_wire

EPOCHS, BATCH_SIZE, LEARNING_RATE, MOMENTUM = 8, 64, 0.05, 0.9
TRAINING_ROWS, HIDDEN_ROWS, FEATURES = 1600, 800, 20
POSITIVE_SHARE = 0.2
# The default of `evaluate`.
THRESHOLD = 0.5
_THRESHOLDS = np.linspace(0.0, 1.0, 101)
_NAMES = {"candidate": "submission", "reference": "reference"}
# Distinguishable without colour, by their dashes.
_LINES: dict[str, dict[str, Any]] = {
    "candidate": {"color": "#0b5cad", "linestyle": "-", "linewidth": 2.0},
    "reference": {"color": "#b04a00", "linestyle": "--", "linewidth": 1.6},
}
# Any: the names of these settings are a type of their own.
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "figures",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
}


def observe(candidate: CandidateProxy, reference: CandidateProxy, seed: int) -> Mapping[str, Any]:
    """Train both on the same data and return losses and probabilities on rows whose labels neither saw.

    Raises:
        CandidateFailure: the candidate's functions do not train.
    """
    random = rng_for(seed, "figures")
    features, labels = _rows(random, TRAINING_ROWS + HIDDEN_ROWS)
    inputs = {
        "features": to_wire(to_float32(features[:TRAINING_ROWS])),
        "labels": to_wire(labels[:TRAINING_ROWS]),
        "hidden": to_wire(to_float32(features[TRAINING_ROWS:])),
        "epochs": EPOCHS,
        "batch_size": BATCH_SIZE,
        "lr": LEARNING_RATE,
        "momentum": MOMENTUM,
        "seed": 0,
    }
    found: dict[str, Any] = {"truth": labels[TRAINING_ROWS:].astype(int).tolist()}
    for name, code in (("candidate", candidate), ("reference", reference)):
        trained = code.call("figures", inputs, TrainedModel, {"epochs": EPOCHS, "hidden": HIDDEN_ROWS})
        if not all_true(np.isfinite(trained.logits)):
            return {"problem": "after training the model's logits are not finite"}
        losses = [loss if np.isfinite(loss) else None for loss in trained.losses.tolist()]
        found[name] = {"losses": losses, "probabilities": np.round(sigmoid(trained.logits), 4).tolist()}
    return found


def _rows(random: np.random.Generator, count: int) -> tuple[Floats, Floats]:
    """Draw rows of two overlapping classes, one in five positive, that are not linearly separable."""
    labels = (random.permutation(count) < POSITIVE_SHARE * count).astype(np.float64)
    features = random.normal(size=(count, FEATURES))
    sides = random.choice([-1.0, 1.0], count)
    features[:, 0] += labels * sides * 2.0
    features[:, 1] += labels * 1.0
    features[:, 2] += labels * 0.6
    return features, labels


def draw(observed: Mapping[str, Any]) -> list[Figure]:
    """Return the figures for an observation."""
    truth = np.array(observed["truth"], dtype=np.float64)
    probabilities = {name: np.array(observed[name]["probabilities"]) for name in _NAMES}
    losses = {name: observed[name]["losses"] for name in _NAMES}
    scores = {name: metrics(values >= THRESHOLD, truth) for name, values in probabilities.items()}
    all_scores = "; ".join(
        f"{_NAMES[name]}: " + ", ".join(f"{metric} {value:.2f}" for metric, value in of.items())
        for name, of in scores.items()
    )
    f1s = {name: [metrics(values >= t, truth)["f1"] for t in _THRESHOLDS] for name, values in probabilities.items()}
    best = {name: float(_THRESHOLDS[int(np.argmax(values))]) for name, values in f1s.items()}
    ends = "; ".join(f"{_NAMES[name]}: {_ends(values)}" for name, values in losses.items())
    return [
        _figure(
            "Loss over the epochs", f"Mean training loss as train_epoch returned it. {ends}.", _draw_losses, losses
        ),
        _figure(
            "Precision and recall",
            f"On {HIDDEN_ROWS} hidden rows, one in five positive; the dots are threshold {THRESHOLD}. {all_scores}.",
            _draw_precision_recall,
            probabilities,
            truth,
        ),
        _figure(
            "F1 over the threshold",
            f"The default {THRESHOLD} is marked. Best for the submission {best['candidate']:.2f}, for the reference "
            f"{best['reference']:.2f}.",
            _draw_f1,
            f1s,
        ),
        _figure(
            "Confusion at the default threshold",
            "Rows by label and prediction. " + "; ".join(_confusion_texts(probabilities, truth)) + ".",
            _draw_confusion,
            probabilities,
            truth,
        ),
    ]


def _ends(losses: list[float | None]) -> str:
    known = [loss for loss in losses if loss is not None]
    return f"{known[0]:.3f} to {known[-1]:.3f}" if known else "no numbers"


def _figure(title: str, text: str, paint: Callable[..., None], *data: Any) -> Figure:
    with rc_context(_STYLE):
        drawing = Drawing(figsize=(4.2, 3.0), layout="constrained")
        paint(drawing, *data)
        written = io.StringIO()
        drawing.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    svg = written.getvalue()
    return Figure(title=title, text=text, svg=svg[svg.index("<svg") :])


def _draw_losses(drawing: Drawing, losses: Mapping[str, list[float | None]]) -> None:
    axes = drawing.subplots()
    for name, values in losses.items():
        known = [(epoch, loss) for epoch, loss in enumerate(values, start=1) if loss is not None]
        if known:
            axes.plot(*zip(*known, strict=True), label=_NAMES[name], marker="o", markersize=3, **_LINES[name])
    _label(axes, "epoch", "mean training loss")


def _draw_precision_recall(drawing: Drawing, probabilities: Mapping[str, Floats], truth: Floats) -> None:
    axes = drawing.subplots()
    for name, values in probabilities.items():
        points = [metrics(values >= cut, truth) for cut in np.unique(values)]
        axes.plot(
            [point["recall"] for point in points],
            [point["precision"] for point in points],
            label=_NAMES[name],
            **_LINES[name],
        )
        at = metrics(values >= THRESHOLD, truth)
        axes.plot(at["recall"], at["precision"], marker="o", color=_LINES[name]["color"])
    axes.axhline(float(truth.mean()), color="#666666", linewidth=1, linestyle=":", label="guessing")
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02))
    _label(axes, "recall (share of positives found)", "precision")


def _draw_f1(drawing: Drawing, f1s: Mapping[str, list[float]]) -> None:
    axes = drawing.subplots()
    for name, values in f1s.items():
        axes.plot(_THRESHOLDS, values, label=_NAMES[name], **_LINES[name])
    axes.axvline(THRESHOLD, color="#666666", linewidth=1, linestyle=":", label=f"default {THRESHOLD}")
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    _label(axes, "threshold (probability)", "F1 of the positive class")


def _draw_confusion(drawing: Drawing, probabilities: Mapping[str, Floats], truth: Floats) -> None:
    for axes, (name, values) in zip(drawing.subplots(1, 2), probabilities.items(), strict=True):
        counts = _confusion(values, truth)
        axes.imshow(counts, cmap="Blues", vmin=0, vmax=HIDDEN_ROWS)
        for (row, column), count in np.ndenumerate(counts):
            color = "white" if count > HIDDEN_ROWS / 2 else "black"
            axes.text(column, row, f"{count}", ha="center", va="center", color=color)
        axes.set(xticks=[0, 1], yticks=[0, 1], title=_NAMES[name], xlabel="predicted", ylabel="label")
        axes.grid(visible=False)


def _confusion(values: Floats, truth: Floats) -> np.ndarray[Any, np.dtype[np.int64]]:
    predicted = values >= THRESHOLD
    return np.array(
        [[int(((truth == label) & (predicted == prediction)).sum()) for prediction in (0, 1)] for label in (0, 1)]
    )


def _confusion_texts(probabilities: Mapping[str, Floats], truth: Floats) -> list[str]:
    texts = []
    for name, values in probabilities.items():
        (right_negative, false_positive), (false_negative, right_positive) = _confusion(values, truth)
        texts.append(
            f"{_NAMES[name]}: {right_positive} true and {false_positive} false positives, {right_negative} true and "
            f"{false_negative} false negatives"
        )
    return texts


def _label(axes: Axes, x: str, y: str) -> None:
    axes.set(xlabel=x, ylabel=y)
    axes.legend(fontsize=8)
