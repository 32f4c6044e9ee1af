import json
import zipfile

import numpy as np
import torch
from torch import Tensor, nn

SAFE = {c.__name__: c for c in (nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.ELU, nn.Tanh, nn.Dropout, nn.Flatten, nn.Sigmoid)}
SETTINGS = ("in_features", "out_features", "num_features", "eps", "alpha", "p", "start_dim", "end_dim")


class ModelFileError(ValueError):
    pass


def save_model(model: nn.Module, path) -> None:
    architecture = []
    for layer in model:
        if type(layer).__name__ not in SAFE:
            raise ModelFileError(f"{type(layer).__name__} cannot be saved")
        settings = {s: getattr(layer, s) for s in SETTINGS if hasattr(layer, s)}
        architecture.append({"class": type(layer).__name__, "settings": settings})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        shapes = {}
        for key, value in model.state_dict().items():
            array = np.ascontiguousarray(value.cpu().numpy())
            shapes[key] = {"shape": list(value.shape), "dtype": array.dtype.str}
            archive.writestr(f"tensors/{key}", array.tobytes())
        archive.writestr("model.json", json.dumps({"architecture": architecture, "tensors": shapes}))


def load_model(path) -> nn.Module:
    with zipfile.ZipFile(path) as archive:
        header = json.loads(archive.read("model.json"))
        state = {}
        for key, about in header["tensors"].items():
            flat = np.frombuffer(archive.read(f"tensors/{key}"), dtype=np.dtype(about["dtype"]))
            state[key] = torch.from_numpy(flat.reshape(about["shape"]).copy())
    model = nn.Sequential(*[SAFE[a["class"]](**a["settings"]) for a in header["architecture"]])
    model.load_state_dict(state, strict=True)
    return model.eval()


def predict(model: nn.Module, features: Tensor) -> Tensor:
    if not isinstance(features, Tensor) or features.ndim != 2:
        raise ValueError("features must be a 2-d tensor")
    if torch.isnan(features).any():
        raise ValueError("features contain NaN")
    width = next(p.shape[1] for p in model.parameters() if p.ndim == 2)
    if features.shape[1] != width:
        raise ValueError(f"model was trained on {width} features")
    model.eval()
    with torch.no_grad():
        return torch.special.expit(model(features))
