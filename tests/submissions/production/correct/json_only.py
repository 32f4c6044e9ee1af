"""The whole model as one JSON text: readable by anything, and there is no code in it."""
import json
from pathlib import Path

import torch
from torch import Tensor, nn

_CONSTANTS = {
    nn.Linear: ("in_features", "out_features"),
    nn.BatchNorm1d: ("num_features", "eps"),
    nn.ReLU: (),
    nn.Tanh: (),
    nn.GELU: (),
    nn.Dropout: ("p",),
    nn.Flatten: ("start_dim", "end_dim"),
    nn.Identity: (),
}
_BY_NAME = {cls.__name__: cls for cls in _CONSTANTS}


def save_model(model: nn.Module, path: str | Path) -> None:
    layers = []
    for layer in model.children():
        arguments = {name: getattr(layer, name) for name in _CONSTANTS[type(layer)]}
        tensors = {key: value.tolist() for key, value in layer.state_dict().items()}
        layers.append({"type": type(layer).__name__, "arguments": arguments, "tensors": tensors})
    Path(path).write_text(json.dumps({"version": 1, "layers": layers}))


def load_model(path: str | Path) -> nn.Module:
    document = json.loads(Path(path).read_text())
    if document.get("version") != 1:
        raise ValueError("unknown file version")
    model = nn.Sequential()
    for entry in document["layers"]:
        layer = _BY_NAME[entry["type"]](**entry["arguments"])
        layer.load_state_dict({key: torch.tensor(value) for key, value in entry["tensors"].items()})
        model.append(layer)
    return model.eval()


def predict(model: nn.Module, features: Tensor) -> Tensor:
    _check(model, features)
    model.eval()
    with torch.no_grad():
        return torch.sigmoid(model(features))


def _check(model: nn.Module, features: Tensor) -> None:
    width = next((layer.in_features for layer in model.modules() if isinstance(layer, nn.Linear)), None)
    if features.ndim != 2 or (width is not None and features.shape[1] != width):
        raise ValueError(f"features must be (rows, {width}), not {tuple(features.shape)}")
    if torch.isnan(features).any():
        raise ValueError("features must not hold NaN")
