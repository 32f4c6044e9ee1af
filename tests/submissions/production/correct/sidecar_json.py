import json
import os

import torch
import torch.nn as nn


def _sidecar(path) -> str:
    return os.fspath(path) + ".json"


def save_model(model, path):
    """Weights to `path`, architecture to `path` + '.json'."""
    config = []
    for name, module in model.named_children():
        if isinstance(module, nn.Linear):
            config.append({"layer": "Linear", "args": [module.in_features, module.out_features]})
        elif isinstance(module, nn.BatchNorm1d):
            config.append({"layer": "BatchNorm1d", "args": [module.num_features]})
        elif isinstance(module, nn.Dropout):
            config.append({"layer": "Dropout", "args": [module.p]})
        elif isinstance(module, nn.Flatten):
            config.append({"layer": "Flatten", "args": [module.start_dim, module.end_dim]})
        elif isinstance(module, (nn.ReLU, nn.Tanh, nn.GELU, nn.SiLU)):
            config.append({"layer": type(module).__name__, "args": []})
        else:
            raise NotImplementedError(f"layer {name}: {module}")
    with open(_sidecar(path), "w") as f:
        json.dump(config, f, indent=2)
    torch.save(model.state_dict(), path)


def load_model(path):
    with open(_sidecar(path)) as f:
        config = json.load(f)
    allowed = {"Linear", "BatchNorm1d", "Dropout", "Flatten", "ReLU", "Tanh", "GELU", "SiLU"}
    layers = []
    for entry in config:
        if entry["layer"] not in allowed:
            raise ValueError(f"unknown layer {entry['layer']}")
        layers.append(getattr(nn, entry["layer"])(*entry["args"]))
    model = nn.Sequential(*layers)
    model.load_state_dict(torch.load(path, weights_only=True))
    model.eval()
    return model


def predict(model, features):
    n_in = [m for m in model.modules() if isinstance(m, nn.Linear)][0].in_features
    if features.shape[1] != n_in:
        raise ValueError(f"expected {n_in} columns, got {features.shape[1]}")
    if features.isnan().any():
        raise ValueError("NaN values in features")
    model.eval()
    with torch.no_grad():
        logits = model(features)
    return logits.sigmoid()
