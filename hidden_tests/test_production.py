"""Follow-up F4: `save_model`, `load_model` and `predict` keep a model's predictions, safely."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from grading.run.candidate import CandidateProxy
from grading.run.explain import OnFailure
from hidden_tests.compare import close
from hidden_tests.diagnosis import production as diagnosis
from hidden_tests.observations import production
from hidden_tests.observations.production import ATOL, ROUNDED_ATOL, Network
from hidden_tests.oracle import Layer
from hidden_tests.rng import rng_for
from hidden_tests.rows import one_each
from hidden_tests.wire import to_float32, to_wire

pytestmark = pytest.mark.criterion("production")

FILE = "assignment/followups.py"
# The bad features that the probe tries, in its order.
BAD_FEATURES = ("a NaN", "a missing column", "one column", "twice the columns")

# Each model with the files that `save_model` wrote for it.
SavedNetworks = list[tuple[Network, production.SavedModel]]


@pytest.fixture(scope="session")
def saved(candidate: CandidateProxy, seed: int) -> SavedNetworks:
    """Return three saved models: two plain ones, and one with batch normalisation and dropout."""
    random = rng_for(seed, "production")
    relu, dropout = Layer(kind="ReLU", values={}), Layer(kind="Dropout", values={})
    architectures = [
        [_linear(random, 6, 16), relu, _linear(random, 16, 1)],
        [_linear(random, 9, 8), relu, _linear(random, 8, 5), relu, _linear(random, 5, 1)],
        [_linear(random, 5, 16), _batch_norm(random, 16), relu, dropout, _linear(random, 16, 1)],
    ]
    networks = [Network(layers, to_float32(random.normal(size=(9, _width(layers))))) for layers in architectures]
    inputs = {"part": "save", "models": [_layers(network) for network in networks]}
    observed = candidate.call("production", inputs, production.Saved, {"models": len(networks)}, file=FILE)
    return list(zip(networks, observed.models, strict=True))


def _linear(random: np.random.Generator, width: int, outputs: int) -> Layer:
    weight, bias = random.normal(scale=width**-0.5, size=(outputs, width)), random.normal(scale=0.3, size=outputs)
    return Layer(kind="Linear", values={"weight": to_float32(weight), "bias": to_float32(bias)})


def _batch_norm(random: np.random.Generator, width: int) -> Layer:
    """Return a layer whose statistics are neither a new layer's nor those of a batch."""
    ranges = {"weight": (0.5, 1.5), "bias": (-0.5, 0.5), "running_mean": (1.0, 2.0), "running_var": (2.0, 6.0)}
    values = {name: to_float32(random.uniform(*limits, size=width)) for name, limits in ranges.items()}
    return Layer(kind="BatchNorm1d", values=values)


def _width(layers: Sequence[Layer]) -> int:
    return int(layers[0].values["weight"].shape[1])


def _layers(network: Network) -> list[dict[str, Any]]:
    return [
        {"kind": layer.kind, "values": {name: to_wire(values) for name, values in layer.values.items()}}
        for layer in network.layers
    ]


def _files(model: production.SavedModel) -> list[dict[str, Any]]:
    return [{"name": file.name, "content": to_wire(file.content, "uint8")} for file in model.files]


def _inputs(part: str, saved: SavedNetworks) -> dict[str, Any]:
    """Return the inputs of a part of the probe that uses the saved models."""
    models = [
        {"layers": _layers(network), "files": _files(model), "features": to_wire(network.features)}
        for network, model in saved
    ]
    return {"part": part, "models": models}


def test_a_loaded_model_predicts_what_the_saved_one_did(
    candidate: CandidateProxy, saved: SavedNetworks, on_failure: OnFailure
) -> None:
    """In another process, a loaded model predicts the saved one's probabilities, shape (n,), for one row too."""
    sizes = {"models": len(saved)}
    observed = candidate.call("production", _inputs("round trip", saved), production.RoundTrips, sizes, file=FILE)

    on_failure(diagnosis.round_trip_mistakes)
    for (network, _), found in zip(saved, observed.models, strict=True):
        rows, expected = len(network.features), network.probabilities
        assert found.rows.shape == (rows,), f"for {rows} rows predict returned the shape {found.rows.shape}"
        assert close(found.rows, expected, rtol=0.0, atol=ATOL), (
            "the loaded model's probabilities differ from the saved model's"
        )
        assert found.first_row.shape == (1,), f"for one row predict returned the shape {found.first_row.shape}"


def test_models_predict_in_evaluation_mode(
    candidate: CandidateProxy, saved: SavedNetworks, on_failure: OnFailure
) -> None:
    """A loaded model is in evaluation mode, and `predict` uses a model in training mode as if it were not."""
    sizes = {"models": len(saved)}
    observed = candidate.call("production", _inputs("modes", saved), production.ObservedModes, sizes, file=FILE)
    models = [(network, found) for (network, _), found in zip(saved, observed.models, strict=True)]
    constant = not all(network.distinguishes_rows(found.loaded) for network, found in models)

    on_failure(diagnosis.mode_mistakes, constant)
    assert not constant, "the loaded model does not return a different output for each row"
    for network, found in models:
        assert network.outputs(found.predicted), "predict does not use the model in evaluation mode"
        # In training mode, batch normalisation and dropout depend on which rows come together.
        rows = len(network.features)
        whole, in_parts = one_each(found.loaded, rows), one_each(found.in_parts, rows)
        assert whole is not None and in_parts is not None, "the loaded model's output has another shape for some rows"
        assert close(whole, in_parts, rtol=ATOL, atol=ATOL), "the loaded model's output for a row depends on the batch"


def test_loading_runs_no_code(candidate: CandidateProxy, saved: SavedNetworks, on_failure: OnFailure) -> None:
    """`load_model` runs no code from a file: it refuses a foreign file or reads it as data, and loads a saved model."""
    network, model = saved[0]
    inputs = {"part": "unsafe files", "files": _files(model), "features": to_wire(network.features)}
    observed = candidate.call("production", inputs, production.UnsafeFiles, file=FILE)

    on_failure(diagnosis.loading_mistakes, observed)
    assert not observed.ran, f"code was run from {', '.join(observed.ran)}"
    # Refusing every file would be safe too, so a saved model must load.
    assert network.outputs(observed.loaded, atol=ROUNDED_ATOL), "a saved model is not loaded"


def test_predict_rejects_what_it_cannot_use(
    candidate: CandidateProxy, saved: SavedNetworks, on_failure: OnFailure
) -> None:
    """Features with NaN or of a wrong width raise ValueError, and good features do not."""
    # Each model as it was built, then as it was loaded.
    sizes = {"models": [{"endings": len(BAD_FEATURES)}] * 2 * len(saved)}
    observed = candidate.call("production", _inputs("bad features", saved), production.BadFeatures, sizes, file=FILE)

    on_failure(diagnosis.feature_mistakes)
    for index, found in enumerate(observed.models):
        network, _ = saved[index // 2]
        assert network.distinguishes_rows(found.accepted), "good features do not give a probability for each row"
        for bad, ending in zip(BAD_FEATURES, found.endings, strict=True):
            assert ending == "ValueError", f"features with {bad} end in {ending}, expected a ValueError"
